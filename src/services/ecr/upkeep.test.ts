import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digestOf, type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { clean } from './upkeep.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

const DAY = 24 * 3_600_000;
const signal = new AbortController().signal;

test('layers that no image names and uploads that were left go after a day; what is named stays', async () => {
  const repositoryName = 'kept';
  const first = await room.push(repositoryName, { tag: '1', layers: [Buffer.from('shared'), Buffer.from('own')] });
  const second = await room.push(repositoryName, { tag: '2', layers: [Buffer.from('shared')] });
  const lost = Buffer.from('lost');
  await room.ask('POST', `/v2/${repositoryName}/blobs/uploads/?digest=${digestOf(lost)}`, { body: lost });
  const { headers } = await room.ask('POST', `/v2/${repositoryName}/blobs/uploads/`);
  await room.ask('PATCH', headers.location!, { body: Buffer.from('half') });
  await room.call('BatchDeleteImage', { repositoryName, imageIds: [{ imageDigest: first.digest }] });
  const there = async (...names: string[]) => {
    const { layers } = await room.call('BatchCheckLayerAvailability', { repositoryName, layerDigests: names.map(digestOf) });
    return layers.map((one: { layerAvailability: string }) => one.layerAvailability === 'AVAILABLE');
  };
  await clean(room.deps, signal);
  assert.deepEqual(await there('shared', 'own', 'lost'), [true, true, true]);
  await room.clock.advance(DAY + 1);
  await clean(room.deps, signal);
  assert.deepEqual(await there('shared', 'own', 'lost'), [true, false, false]);
  assert.equal((await room.ask('GET', headers.location!)).status, 404);
  assert.equal((await room.ask('GET', `/v2/${repositoryName}/manifests/2`)).body.toString(), second.manifest);
});
