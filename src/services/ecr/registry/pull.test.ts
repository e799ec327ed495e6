import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { type EcrRoom, openEcr } from '../../../../test/support/ecr-room.ts';
import { ACCOUNT } from '../../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr({ decide: () => false });
});
after(() => room.close());

const from = { account: ACCOUNT, region: 'us-east-1' };
const ask = async (path: string, { asker = ACCOUNT, method = 'GET' } = {}) => {
  const { status, body, headers } = await room.pullImage(asker, from, { path, method });
  const content =
    body === undefined ? '' : typeof body === 'string' ? body : String(await buffer(body as AsyncIterable<Uint8Array>));
  return { status, content, headers };
};

test('an account reads its own images, and nobody writes', async () => {
  const { digest, layers, manifest } = await room.push('team/base', { tag: '1' });
  assert.equal((await ask('/v2/')).status, 200);
  assert.equal((await ask('/v2/team/base/manifests/1')).content, String(manifest));
  assert.equal((await ask('/v2/team/base/manifests/1', { method: 'HEAD' })).headers['docker-content-digest'], digest);
  assert.equal(
    (await ask(`/v2/team/base/blobs/${(JSON.parse(String(manifest)) as { layers: { digest: string }[] }).layers[0]!.digest}`))
      .content,
    String(layers[0]),
  );
  for (const [path, status] of [
    ['/v2/team/base/manifests/2', 404],
    ['/v2/none/manifests/1', 404],
    ['/v2/_catalog', 404],
    ['/v2/team/base/tags/list', 404],
    ['/v2/team/base/blobs/uploads/', 404],
    ['/elsewhere', 404],
  ] as const)
    assert.equal((await ask(path)).status, status, path);
  for (const method of ['PUT', 'POST', 'DELETE']) assert.equal((await ask('/v2/team/base/manifests/1', { method })).status, 405);
});

test('another account needs the policy of the repository', async () => {
  await room.push('shared', { tag: '1' });
  assert.equal((await ask('/v2/shared/manifests/1', { asker: '222222222222' })).status, 403);
});
