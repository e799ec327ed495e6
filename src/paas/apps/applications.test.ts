import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../kernel/index.ts';
import { askRoute } from '../../model/control-route.fixture.ts';
import { stages } from '../collections.ts';
import { memberships } from '../people/collections.ts';
import { addMember } from '../people/members.ts';
import type { PeopleDeps } from '../people/people.ts';
import { createReleases } from '../releases/releases.ts';
import { ACCOUNT, APP, actor, processOf, REGION, releaseWorld } from '../releases/world.fixture.ts';
import { createApplication, destroyStage } from './applications.ts';
import { appRoutes } from './routes.ts';

const ROLE = 'arn:aws:iam::222222222222:role/r';

test('roles on an application end with it: who takes its name later begins anew', async (t) => {
  const { ports, store } = await releaseWorld(t);
  const give = (user: string, app: string) =>
    addMember(ports as unknown as PeopleDeps, user, { role: 'owner', app, account: '*' }, actor);
  await createApplication(
    ports,
    { account: '333333333333', region: REGION },
    { name: 'blog', role: ROLE, branch: 'main' },
    actor,
  );
  await give('ann', APP);
  await give('ann', '*');
  await give('ben', APP);
  await give('eve', 'blog');
  const left = async () => (await store.read.range(memberships, { limit: 10 })).items.map(({ user, app }) => `${user} ${app}`);
  await createApplication(
    ports,
    { account: '222222222222', region: REGION },
    { name: 'other', role: ROLE, branch: 'main' },
    actor,
  );
  assert.equal(await destroyStage(ports, 'other', '222222222222', actor), true);
  assert.equal((await left()).length, 4);
  assert.equal(await destroyStage(ports, APP, ACCOUNT, actor), true);
  assert.deepEqual(await left(), ['ann *', 'eve blog']);
});

test('what is destroyed while its last release is still being settled leaves nothing', async (t) => {
  const { ports, store, services } = await releaseWorld(t);
  const placing = Promise.withResolvers<void>();
  const placed = Promise.withResolvers<void>();
  const placeSource: typeof ports.placeSource = async (...source) => {
    placing.resolve();
    await placed.promise;
    return ports.placeSource(...source);
  };
  const releases = createReleases({ ...ports, placeSource });
  const processes = [await processOf(store, 'web', 'one', { sources: [{ source: 'sqs:a' }, { source: 'sqs:b' }] })];
  const change = () => ({ change: { reason: 'deploy' as const, built: { processes, resources: [], checks: { smoke: {} } } } });
  const { signal } = new AbortController();
  const released = releases.release({ app: APP, account: ACCOUNT, actor, line: () => {}, signal, change });
  await placing.promise;
  const destroyed = releases.alone({ app: APP, account: ACCOUNT }, signal, () => destroyStage(ports, APP, ACCOUNT, actor));
  placed.resolve();
  await released;
  assert.equal(await destroyed, true);
  assert.deepEqual([services.functions.size, services.sources.size], [0, 0]);
});

test('killed at any step of being destroyed, the next start goes on with it', async (t) => {
  for (let step = 0; ; step++) {
    const world = await releaseWorld(t);
    const processes = [await processOf(world.store, 'web', 'one', { sources: [{ source: 'sqs:a' }] })];
    await world.release({ reason: 'deploy', built: { processes, resources: [], checks: { smoke: {} } } });
    world.services.callsLeft = step;
    const destroyed = destroyStage(world.ports, APP, ACCOUNT, actor);
    if (await Promise.race([destroyed, world.services.killed().then(() => false)])) return assert.ok(step > 1);
    const { services, store, release } = await world.again();
    assert.equal(
      await codeOf(release({ reason: 'deploy', built: { processes, resources: [], checks: { smoke: {} } } })),
      'stopped',
    );
    for (let left = 500; await store.read.get(stages, [APP, ACCOUNT]); left--) {
      assert.ok(left > 0, 'it is there still');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.deepEqual([services.functions.size, services.sources.size], [0, 0], `killed at step ${step}`);
  }
});

/** `stopped`: as it is while something is destroyed, and after. */
async function codeOf(released: Promise<unknown>): Promise<string> {
  const { code } = await released.then(
    () => ({ code: 'released' }),
    (error: { code: string }) => error,
  );
  return code === 'ReleaseUnderWay' || code === 'NoSuchThing' ? 'stopped' : code;
}

test('the list of an environment has what its reader may read', async (t) => {
  const { ports, releases } = await releaseWorld(t);
  const other = { name: 'other', role: 'arn:aws:iam::000000000000:role/r', branch: 'main' };
  await createApplication(ports, { account: ACCOUNT, region: REGION }, other, actor);
  const requireRole: typeof ports.requireRole = async (_actor, role, { app }) => {
    if (app === APP) throw fail('AccessDenied', role, { status: 403 });
  };
  const nothing = async () => {};
  const routes = appRoutes({ ports: { ...ports, requireRole }, releases, created: nothing, destroyed: nothing });
  const route = routes.find(({ method, path }) => method === 'GET' && path === '/apps')!;
  const { apps } = (await askRoute(route, { place: { account: ACCOUNT, region: REGION }, actor })) as {
    apps: { app: string }[];
  };
  assert.deepEqual(
    apps.map(({ app }) => app),
    ['other'],
  );
});
