import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../../kernel/index.ts';
import { type MeteredInvocations, meterTopic, type ReleaseChange } from '../../model/index.ts';
import { ACCOUNT, APP, processOf, REGION, type ReleaseWorld, releaseWorld } from './world.fixture.ts';

async function worldWithRelease(t: Parameters<typeof releaseWorld>[0], seconds: number) {
  const world = await releaseWorld(t);
  const deploy = async (text: string): Promise<ReleaseChange> => ({
    reason: 'deploy',
    built: {
      processes: [await processOf(world.store, 'web', text)],
      resources: [],
      checks: { smoke: {}, canary: { weight: 0.25, seconds, errorRate: 0.2 } },
    },
  });
  await world.release(await deploy('old'));
  assert.deepEqual(world.services.weighed, ['shop-web:1'], 'a first release has nothing to compare with');
  return { world, deploy };
}

/** What the meters say of calls: function and version, failed or not. */
async function called({ store }: ReleaseWorld, name: string, version: string, statuses: readonly string[]): Promise<void> {
  await store.transact(async (tx) => {
    const recordOf = (status: string) => ({ account: ACCOUNT, region: REGION, function: `${APP}-${name}`, version, status });
    const records = statuses.map(recordOf) as unknown as MeteredInvocations['records'];
    const at = {
      id: 'e',
      type: 'InvocationsMetered',
      source: 'observe',
      subject: name,
      account: ACCOUNT,
      region: REGION,
      time: 1,
    };
    await tx.append(meterTopic.name, 0, { ...at, body: { records } satisfies MeteredInvocations });
  });
}

const weighed = async ({ services }: ReleaseWorld) => {
  while (services.weighed.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('a canary whose calls succeed becomes the release when its time is over', async (t) => {
  const { world, deploy } = await worldWithRelease(t, 0.3);
  const released = world.release(await deploy('new'));
  await weighed(world);
  await called(world, 'web', '2', ['success', 'success', 'success', 'success', 'error', 'success']);
  await called(world, 'web', '1', ['error', 'error', 'error', 'error', 'error', 'error', 'error', 'error']);
  assert.equal((await released).release.state, 'current');
  assert.deepEqual(world.services.weighed, ['shop-web:1', 'shop-web:1+2@0.25', 'shop-web:2']);
});

test('a canary whose calls fail is ended at once, and all calls go to the old release again', async (t) => {
  const { world, deploy } = await worldWithRelease(t, 600);
  const failing = assert.rejects(
    world.release(await deploy('new')),
    (error) => isFailure(error, 'ReleaseFailed') && /2 of 5 calls of the canary failed, and 20 % may/.test(error.message),
  );
  await weighed(world);
  await called(world, 'web', '2', ['success', 'timeout', 'success', 'error', 'success']);
  await failing;
  assert.deepEqual(world.services.weighed, ['shop-web:1', 'shop-web:1+2@0.25', 'shop-web:1']);
  assert.equal((await world.releases.find(APP, ACCOUNT, 2)).state, 'failed');
});

test('killed during a canary, it is the old release that all calls go to', async (t) => {
  const { world, deploy } = await worldWithRelease(t, 600);
  void world.release(await deploy('new')).catch(() => {});
  await weighed(world);
  await world.again();
  assert.equal(world.services.weighed.at(-1), 'shop-web:1');
});
