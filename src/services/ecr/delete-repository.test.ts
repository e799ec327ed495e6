import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digestOf, type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

test('DeleteRepository spares images unless it is forced; then everything goes', async () => {
  const repositoryName = 'gone';
  const image = await room.push(repositoryName, { tag: '1' });
  await room.ask('POST', `/v2/${repositoryName}/blobs/uploads/`);
  await refused(room.call('DeleteRepository', { repositoryName }), 'RepositoryNotEmptyException');
  await room.call('DeleteRepository', { repositoryName, force: true });
  await refused(room.call('DeleteRepository', { repositoryName }), 'RepositoryNotFoundException');
  await room.call('CreateRepository', { repositoryName });
  assert.deepEqual((await room.call('ListImages', { repositoryName })).imageIds, []);
  const { layers } = await room.call('BatchCheckLayerAvailability', { repositoryName, layerDigests: [digestOf(image.config)] });
  assert.equal(layers[0].layerAvailability, 'UNAVAILABLE');
});

test('an empty repository goes, with what was being received', async () => {
  await room.call('CreateRepository', { repositoryName: 'empty' });
  const { headers } = await room.ask('POST', '/v2/empty/blobs/uploads/');
  await room.call('DeleteRepository', { repositoryName: 'empty' });
  assert.equal((await room.ask('PATCH', headers.location!, { body: Buffer.from('x') })).status, 404);
});
