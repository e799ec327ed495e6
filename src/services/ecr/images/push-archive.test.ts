import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  digestOf,
  type EcrRoom,
  imageOf,
  OCI_MANIFEST,
  openEcr,
  type TarEntry,
  tarOf,
} from '../../../../test/support/ecr-room.ts';
import { ACCOUNT, refused } from '../../../../test/support/s3-room.ts';
import { askRoute } from '../../../model/control-route.fixture.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

async function push(
  name: string,
  bytes: Buffer,
  tag?: string,
  host = '127.0.0.1:4566',
): Promise<{ uri: string; digest: string; bytes: number }> {
  const route = room.routes.find(({ path }) => path === '/images/:name')!;
  return (await askRoute(route, {
    params: { name },
    query: new URLSearchParams(tag === undefined ? {} : { tag }),
    stream: () => Readable.from([bytes.subarray(0, 100), bytes.subarray(100)]),
    headers: { host },
    place: { account: ACCOUNT, region: 'us-east-1' },
  })) as never;
}

const layers = [Buffer.from('one'), gzipSync('two')];
const { config, manifest, digest } = imageOf(layers);
const file = (name: string, content: string | Uint8Array): TarEntry => ({ name, content });
const blob = (content: string | Uint8Array) => file(`blobs/sha256/${digestOf(content).slice(7)}`, content);
const index = (...digests: string[]) =>
  JSON.stringify({
    schemaVersion: 2,
    manifests: digests.map((one) => ({ mediaType: OCI_MANIFEST, digest: one, size: manifest.length })),
  });
const docker = (Layers: readonly string[]) =>
  file('manifest.json', JSON.stringify([{ Config: 'c.json', RepoTags: ['x:1'], Layers }]));

test('an index of which the archive lacks images is the image of this platform', async () => {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const entry = (one: string, arch: string) => ({
    mediaType: OCI_MANIFEST,
    digest: one,
    size: manifest.length,
    platform: { os: 'linux', architecture: arch },
  });
  const many = JSON.stringify({
    schemaVersion: 2,
    manifests: [entry(digestOf('elsewhere'), 'riscv64'), entry(digest, architecture)],
  });
  const type = 'application/vnd.oci.image.index.v1+json';
  const top = { mediaType: type, digest: digestOf(many), size: many.length };
  const tagged = file(
    'index.json',
    JSON.stringify({ schemaVersion: 2, manifests: [top, { ...top, annotations: { tag: '2' } }] }),
  );
  const pulled = await tarOf(blob(config), blob(layers[0]!), blob(layers[1]!), blob(manifest), blob(many), tagged);
  assert.equal((await push('pulled', pulled)).digest, digest);
  const { images } = await room.call('BatchGetImage', { repositoryName: 'pulled', imageIds: [{ imageTag: 'latest' }] });
  assert.equal(images[0].imageManifest, manifest);
  const none = await tarOf(blob(many), tagged);
  assert.match((await refused(push('pulled', none), 'InvalidImage')).message, /lacks/);
});

test('an OCI archive keeps its manifest', async () => {
  const bytes = await tarOf(
    file('oci-layout', '{}'),
    blob(config),
    blob(layers[0]!),
    blob(layers[1]!),
    blob(manifest),
    file('index.json', index(digest)),
  );
  for (const form of [bytes, gzipSync(bytes)]) {
    const pushed = await push('oci', form);
    assert.deepEqual(pushed, {
      uri: '127.0.0.1:4566/oci:latest',
      digest,
      bytes: config.length + layers[0]!.length + layers[1]!.length,
    });
  }
  assert.equal(String((await room.ask('GET', '/v2/oci/manifests/latest')).body), manifest);
  assert.equal((await push('oci', bytes, 'x', 'localhost')).uri, '127.0.0.1:4566/oci:x', 'a name by which it can be found');
});

test('a docker-archive gets one; a layer that comes again is a link', async () => {
  const bytes = await tarOf(
    file('a/layer.tar', layers[0]!),
    { name: 'b/layer.tar', type: 'symlink', linkname: '../a/layer.tar' },
    file('c/layer.tar', layers[1]!),
    file('c.json', config),
    docker(['a/layer.tar', 'b/layer.tar', 'c/layer.tar']),
  );
  const { uri } = await push('team/docker', bytes, 'v1');
  assert.equal(uri, '127.0.0.1:4566/team/docker:v1');
  const made = JSON.parse(String((await room.ask('GET', '/v2/team/docker/manifests/v1')).body));
  const kind = 'application/vnd.docker.image.rootfs.diff.tar';
  assert.deepEqual(
    made.layers.map((one: { mediaType: string; digest: string }) => [one.mediaType, one.digest]),
    [
      [kind, digestOf('one')],
      [kind, digestOf('one')],
      [`${kind}.gzip`, digestOf(layers[1]!)],
    ],
  );
  const resolved = await room.resolveImage({ account: ACCOUNT, region: 'us-east-1' }, uri);
  assert.deepEqual(resolved.config.entryPoint, ['/app']);
});

/** Says of itself that it goes on for 8 GB. */
async function endlessHeader(): Promise<Buffer> {
  const header = Buffer.from(await tarOf(file('x', ''))).subarray(0, 512);
  header.write('77777777777', 124, 'latin1');
  header.write('x', 156, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

test('archives that are none, lack something or hold more than one image are refused', async () => {
  const refuses = async (why: RegExp, ...entries: TarEntry[]) => {
    const error = await refused(push('broken', await tarOf(...entries)), 'InvalidImage');
    assert.match(error.message, why);
  };
  await refuses(/neither/, file('x', 'y'));
  await refuses(/lacks/, file('index.json', index(digest)));
  await refuses(/one image/, file('index.json', index(digest, digestOf('other'))));
  await refuses(/lacks/, file('index.json', index(digest)), file(`blobs/sha256/${digest.slice(7)}`, 'a lie'));
  await refuses(/lacks "x"/, docker(['x']), file('c.json', config));
  await refuses(/no JSON/, file('manifest.json', '{'));
  await refuses(/one image/, file('manifest.json', '[]'));
  await refuses(/names no Config/, file('manifest.json', '[{"Layers":[1]}]'));
  await refused(push('broken', Buffer.from('no archive '.repeat(100))), 'InvalidImage');
  await refused(push('broken', (await tarOf(file('a', 'x'.repeat(2000)))).subarray(0, 1000)), 'InvalidImage');
  const endless = Buffer.concat([await endlessHeader(), Buffer.alloc(20_000_000, 'a')]);
  assert.match((await refused(push('broken', endless), 'InvalidImage')).message, /Header exceeds max size/);
  await refused(push('UPPER', Buffer.alloc(0)), 'InvalidImage');
  await refused(push('broken', Buffer.alloc(0), '-'), 'InvalidImage');
  await refused(push('large', await tarOf(file('big', Buffer.alloc(10_000_001)))), 'LayerTooLarge');
  assert.deepEqual((await room.call('ListImages', { repositoryName: 'broken' })).imageIds, []);
});
