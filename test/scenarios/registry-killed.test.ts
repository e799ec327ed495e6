import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { ECR } from '@aws-sdk/client-ecr';
import { imageOf, OCI_MANIFEST } from '../support/ecr-room.ts';
import { type Platform, removeDirectory, startPlatform, temporaryDirectory } from '../support/platform.ts';
import { PROCESS_DRIVER } from '../support/sdk.ts';

/** A registry that is killed in each phase of a push: what was answered is there, what was not is sent again, and nothing is between. */
const directory = temporaryDirectory();
const login = { authorization: `Basic ${Buffer.from('test:x').toString('base64')}` };
let platform: Platform;

const start = async () => {
  platform = await startPlatform({ directory, config: PROCESS_DRIVER });
};
before(start);
after(async () => {
  await platform?.stop();
  removeDirectory(directory);
});

const ask = (method: string, path: string, init: { body?: Uint8Array; type?: string } = {}) =>
  fetch(platform.url + path, {
    method,
    headers: { ...login, ...(init.type ? { 'content-type': init.type } : {}) },
    ...(init.body ? { body: Buffer.from(init.body) } : {}),
  });
const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Sends the beginning of a part, and no more of it. */
function beginPart(location: string, length: number): Promise<void> {
  return new Promise((resolve) => {
    const request = http.request(platform.url + location, { method: 'PATCH', headers: { ...login, 'content-length': length } });
    request.on('error', () => {});
    request.write(Buffer.alloc(length >> 1), () => setTimeout(resolve, 200));
  });
}

test('a push goes on after each kill, and ends whole', async () => {
  const layer = Buffer.alloc(3_000_000, 'a layer of which parts are lost');
  const image = imageOf([layer]);
  const ecr = new ECR({
    endpoint: platform.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'x' },
  });
  await ecr.createRepository({ repositoryName: 'killed' });
  ecr.destroy();
  const location = (await ask('POST', '/v2/killed/blobs/uploads/')).headers.get('location')!;
  const sent = await ask('PATCH', location, { body: layer.subarray(0, 1_000_000) });
  assert.equal(sent.headers.get('range'), '0-999999');

  await beginPart(location, 2_000_000);
  await platform.kill();
  await start();
  assert.equal((await ask('GET', location)).headers.get('range'), '0-999999', 'what was answered, and no half of the next');

  await ask('PATCH', location, { body: layer.subarray(1_000_000) });
  const ending = ask('PUT', `${location}?digest=${digestOf(layer)}`).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 3));
  await platform.kill();
  await ending;
  await start();
  const there = await ask('HEAD', `/v2/killed/blobs/${digestOf(layer)}`);
  const left = await ask('GET', location);
  assert.ok(
    (there.status === 200) !== (left.status === 204),
    `either a layer (${there.status}) or still an upload (${left.status})`,
  );
  if (left.status === 204) assert.equal((await ask('PUT', `${location}?digest=${digestOf(layer)}`)).status, 201);

  const put = () => ask('PUT', '/v2/killed/manifests/1', { body: Buffer.from(image.manifest), type: OCI_MANIFEST });
  assert.equal((await put()).status, 404, 'its configuration is not there');
  await ask('POST', `/v2/killed/blobs/uploads/?digest=${digestOf(image.config)}`, { body: image.config });
  const putting = put().catch(() => undefined);
  await platform.kill();
  await putting;
  await start();
  const before = await ask('GET', '/v2/killed/manifests/1');
  assert.ok(before.status === 404 || (await before.text()) === image.manifest);
  assert.equal((await put()).status, 201);
  assert.equal(await (await ask('GET', '/v2/killed/manifests/1')).text(), image.manifest);
  const got = await (await ask('GET', `/v2/killed/blobs/${digestOf(layer)}`)).bytes();
  assert.equal(digestOf(got), digestOf(layer));
});
