import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applications, stages } from '../collections.ts';
import { createDeploy } from './deploy.ts';
import { ACCOUNT, APP, processOf, releaseWorld } from './world.fixture.ts';

const COMMIT = 'a'.repeat(40);
const order = { app: APP, account: ACCOUNT, commit: COMMIT, author: 'ann', line: () => {}, signal: new AbortController().signal };
const nothing = async function* () {};

test('what was built is released', async (t) => {
  const { ports, releases, store, services } = await releaseWorld(t);
  const processes = [await processOf(store, 'web', 'one')];
  const build = async () => ({ processes, resources: [], checks: { smoke: {} } });
  const { release } = await createDeploy({ ...ports, build }, releases)({ ...order, source: nothing() });
  assert.equal(release, 1);
  assert.equal((await store.read.get(stages, [APP, ACCOUNT]))?.current, 1);
  assert.equal(services.functions.get('shop-web')?.latest.code, 'one');
});

test('an application that has another’s name by the time it is built is not given its code', async (t) => {
  const { ports, releases, store, services } = await releaseWorld(t);
  const processes = [await processOf(store, 'web', 'one')];
  const build = async () => {
    const application = (await store.read.get(applications, [APP]))!;
    await store.transact((tx) => tx.put(applications, { ...application, createdAt: 2 }));
    return { processes, resources: [], checks: { smoke: {} } };
  };
  const deploying = createDeploy({ ...ports, build }, releases)({ ...order, source: nothing() });
  await assert.rejects(deploying, { code: 'NoSuchThing' });
  assert.equal(services.functions.size, 0);
});
