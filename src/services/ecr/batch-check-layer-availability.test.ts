import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digestOf, type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

test('BatchCheckLayerAvailability tells which layers need not be sent', async () => {
  const repositoryName = 'checked';
  const { layers } = await room.push(repositoryName, { tag: '1' });
  const there = digestOf(layers[0]!);
  const missing = digestOf('missing');
  const answer = await room.call('BatchCheckLayerAvailability', { repositoryName, layerDigests: [there, missing, 'sha512:00'] });
  assert.deepEqual(answer.layers, [
    { layerDigest: there, layerAvailability: 'AVAILABLE', layerSize: 5 },
    { layerDigest: missing, layerAvailability: 'UNAVAILABLE' },
  ]);
  assert.equal(answer.failures[0].failureCode, 'InvalidLayerDigest');
  const call = room.call('BatchCheckLayerAvailability', { repositoryName: 'none', layerDigests: [there] });
  await refused(call, 'RepositoryNotFoundException');
});
