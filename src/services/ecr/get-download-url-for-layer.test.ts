import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digestOf, type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

test('the link of a layer gives it to whoever has it, and nothing else, for an hour', async () => {
  const repositoryName = 'linked';
  const { layers } = await room.push(repositoryName, { tag: '1' });
  const layerDigest = digestOf(layers[0]!);
  const { downloadUrl } = await room.call('GetDownloadUrlForLayer', { repositoryName, layerDigest });
  const path = downloadUrl.replace('http://127.0.0.1:4566', '');
  const stranger = { headers: { authorization: '' }, trusted: false };
  assert.deepEqual((await room.ask('GET', path, stranger)).body, layers[0]);
  assert.equal((await room.ask('GET', path.replace(layerDigest, digestOf('x')), stranger)).status, 403);
  assert.equal((await room.ask('DELETE', path, stranger)).status, 405);
  await room.clock.advance(3_600_000);
  assert.equal((await room.ask('GET', path, stranger)).status, 403);
  await refused(room.call('GetDownloadUrlForLayer', { repositoryName, layerDigest: digestOf('x') }), 'LayersNotFoundException');
});
