import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stages } from '../collections.ts';
import { pruneReleases } from './prune.ts';
import { ACCOUNT, APP, processOf, releaseWorld } from './world.fixture.ts';

test('the oldest releases go with the versions that only they named; what can be gone back to stays', async (t) => {
  const world = await releaseWorld(t);
  const deploy = async (text: string) =>
    world.release({
      reason: 'deploy',
      built: { processes: [await processOf(world.store, 'web', text)], resources: [], checks: { smoke: {} } },
    });
  for (const text of ['a', 'b', 'c', 'd']) await deploy(text);
  await world.release({ reason: 'rollback', to: await world.releases.find(APP, ACCOUNT, 1) });
  const stage = (await world.store.read.get(stages, [APP, ACCOUNT]))!;
  await pruneReleases(world.ports, stage, 2);
  assert.deepEqual(
    (await world.releases.list(APP, ACCOUNT)).map(({ number }) => number),
    [5, 4],
  );
  assert.deepEqual(world.services.deleted, ['shop-web:2', 'shop-web:3'], 'version 1 is what v5 runs');
  await pruneReleases(world.ports, stage, 2);
  assert.equal(world.services.deleted.length, 2);
});
