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

test('a function goes with the last release that names its process, and what is kept is read whole, however large it is', async (t) => {
  const world = await releaseWorld(t);
  const large = { environment: { LARGE: 'x'.repeat(200_000) } };
  const deploy = async (names: readonly string[], text: string) => {
    const processes = await Promise.all(names.map((name) => processOf(world.store, name, `${name} ${text}`, large)));
    await world.release({ reason: 'deploy', built: { processes, resources: [], checks: { smoke: {} } } });
  };
  await deploy(['web', 'gone'], '1');
  for (const text of ['2', '3', '4', '5', '6', '7', '8', '9']) await deploy(['web'], text);
  const stage = (await world.store.read.get(stages, [APP, ACCOUNT]))!;
  await pruneReleases(world.ports, stage, 8);
  assert.deepEqual(world.services.deleted, ['shop-web:1', 'shop-gone:1']);
  assert.deepEqual([...world.services.functions.keys()], ['shop-web']);
});
