import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ImageIndex,
  type ImageManifest,
  judgeLayers,
  parseImageConfig,
  parseManifest,
  pickPlatform,
} from './image-manifests.ts';

const digest = (character: string) => `sha256:${character.repeat(64)}`;
const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digest('b'), size: 5 };
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest('a'), size: 2 };
const image = { schemaVersion: 2, config, layers: [layer] };
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const amd64 = { os: 'linux', architecture: 'amd64' };

const invalid = (act: () => unknown, text: RegExp) =>
  assert.throws(act, (error: { code?: string; message: string }) => error.code === 'InvalidImage' && text.test(error.message));

test('a manifest names its configuration and layers', () => {
  const read = parseManifest(JSON.stringify(image)) as ImageManifest;
  assert.deepEqual(read, { kind: 'image', mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers: [layer] });
  assert.equal(judgeLayers(read), 5);
});

test('an index is picked from by platform', () => {
  const manifests = ['arm64', 'amd64'].map((architecture, i) => ({
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    digest: digest(String(i)),
    size: 1,
    platform: { os: 'linux', architecture, variant: 'v8' },
  }));
  const index = parseManifest(JSON.stringify({ schemaVersion: 2, manifests }), DOCKER_LIST) as ImageIndex;
  assert.equal(pickPlatform(index, amd64).digest, digest('1'));
  invalid(() => pickPlatform(index, { os: 'windows', architecture: 'amd64' }), /linux\/arm64, linux\/amd64/);
});

test('what is no manifest is refused by name', () => {
  invalid(() => parseManifest('{'), /no JSON/);
  invalid(() => parseManifest('[]'), /no object/);
  invalid(() => parseManifest('{"schemaVersion":1}'), /schema version 1/);
  invalid(() => parseManifest(JSON.stringify(image), 'text/html'), /text\/html/);
  invalid(
    () => parseManifest(JSON.stringify({ ...image, mediaType: DOCKER_LIST }), 'application/vnd.oci.image.manifest.v1+json'),
    /calls itself/,
  );
  invalid(() => parseManifest(JSON.stringify({ ...image, layers: [{ ...layer, digest: 'sha512:00' }] })), /SHA-256/);
  invalid(() => parseManifest(JSON.stringify({ ...image, layers: [{ ...layer, size: -1 }] })), /number of bytes/);
  invalid(() => parseManifest(JSON.stringify({ ...image, layers: Array(1001).fill(layer) })), /at most 1000/);
});

test('layers that cannot run here are refused', () => {
  const of = (layers: readonly object[]) => parseManifest(JSON.stringify({ ...image, layers })) as ImageManifest;
  invalid(() => judgeLayers(of([])), /no layers/);
  invalid(() => judgeLayers(of(Array(128).fill(layer))), /128 layers/);
  invalid(() => judgeLayers(of([{ ...layer, size: 11 * 1024 ** 3 }])), /bytes of layers/);
  const foreign = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
  invalid(() => judgeLayers(of([{ ...layer, mediaType: foreign }])), /foreign/);
});

test('a configuration tells how to start the image', () => {
  const text = JSON.stringify({
    os: 'linux',
    architecture: 'amd64',
    config: { Entrypoint: ['/e'], Cmd: null, Env: ['A=1=2', 'B'], WorkingDir: '/w' },
  });
  const expected = { entryPoint: ['/e'], command: [], environment: { A: '1=2', B: '' }, workingDirectory: '/w' };
  assert.deepEqual(parseImageConfig(text, amd64), expected);
  assert.equal(parseImageConfig('{"os":"linux","architecture":"amd64"}', amd64).workingDirectory, '/');
  invalid(() => parseImageConfig(text, { os: 'linux', architecture: 'arm64' }), /not for linux\/arm64/);
  invalid(() => parseImageConfig(text.replace('["/e"]', '[1]'), amd64), /Entrypoint/);
  invalid(() => parseImageConfig('{"os":{"toString":1}}', amd64), /for nothing\/nothing/);
});
