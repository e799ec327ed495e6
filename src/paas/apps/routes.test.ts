import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../kernel/index.ts';
import { askRoute } from '../../model/control-route.fixture.ts';
import type { Operate } from '../../model/index.ts';
import { applications, releases, stages } from '../collections.ts';
import { ACCOUNT, APP, actor, processOf, REGION, releaseWorld } from '../releases/world.fixture.ts';
import { appRoutes } from './routes.ts';

async function world(t: Parameters<typeof releaseWorld>[0]) {
  const base = await releaseWorld(t);
  const operate: Operate = async (service, name, input) => {
    if (name !== 'GetRole') return base.ports.operateAt({ account: ACCOUNT, region: REGION })(service, name, input);
    if ((input as { RoleName: string }).RoleName !== 'known') throw fail('NoSuchEntity', 'no such role');
    return {} as never;
  };
  const made: string[] = [];
  const created = async ({ name }: { name: string }) => void made.push(name);
  const ports = { ...base.ports, operateAt: () => operate };
  const routes = appRoutes({ ports, releases: base.releases, created, destroyed: async () => {} });
  const ask = (line: string, body?: unknown) => {
    const [method, path = ''] = line.split(' ');
    const route = routes.find((one) => one.method === method && one.path === path)!;
    const place = { account: ACCOUNT, region: REGION };
    return askRoute(route, { params: { app: APP, process: 'web' }, body, place, actor });
  };
  return { ...base, made, ask };
}

const roleOf = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:role/${name}`;

test('an application that could never be released is not made', async (t) => {
  const { ask, made, store } = await world(t);
  const refused = { code: 'InvalidRequest' };
  await assert.rejects(ask('POST /apps', { name: 'shop2', role: roleOf('unknown') }), {
    ...refused,
    message: /there is no role/,
  });
  const elsewhere = roleOf('known', '999999999999');
  await assert.rejects(ask('POST /apps', { name: 'shop2', role: elsewhere }), { ...refused, message: /not of account/ });
  for (const branch of ['a b', '-x', 'a..b'])
    await assert.rejects(ask('POST /apps', { name: 'shop2', role: roleOf('known'), branch }), { ...refused, message: /branch/ });
  assert.equal(await store.read.get(applications, ['shop2']), undefined);
  assert.deepEqual(made, []);
  await ask('POST /apps', { name: 'shop2', role: roleOf('known'), branch: 'trunk' });
  assert.deepEqual(made, ['shop2']);
});

test('what changes nothing is no release, and what is no list is no names', async (t) => {
  const { ask, release, store } = await world(t);
  const processes = [await processOf(store, 'web', 'one')];
  await release({ reason: 'deploy', built: { processes, resources: [], checks: { smoke: {} } } });
  await assert.rejects(ask('PUT /apps/:app/processes/:process', {}), { message: /say what to set: memoryMiB/ });
  for (const unset of ['A', 5, { A: null }, [5]])
    await assert.rejects(ask('PUT /apps/:app/config', { unset }), {
      message: /unset(\[0\] is a text| is a list of texts, at most 1000)$/,
    });
  const { release: shown } = (await ask('PUT /apps/:app/config', { set: { A: '1' } })) as { release: { number: number } };
  assert.equal(shown.number, 2);
});

test('the release before is found however many failed since', async (t) => {
  const { ask, release, store } = await world(t);
  const built = async (hash: string) => ({
    processes: [await processOf(store, 'web', hash)],
    resources: [],
    checks: { smoke: {} },
  });
  await assert.rejects(ask('POST /apps/:app/rollback', {}), {
    code: 'NoSuchThing',
    fields: { next: 'see them with: dalamb releases' },
  });
  await release({ reason: 'deploy', built: await built('one') });
  await store.transact(async (tx) => {
    const first = (await tx.get(releases, [APP, ACCOUNT, 1]))!;
    for (let number = 2; number <= 60; number++) await tx.put(releases, { ...first, number, state: 'failed' });
    const stage = (await tx.get(stages, [APP, ACCOUNT]))!;
    await tx.put(stages, { ...stage, next: 61 });
  });
  await release({ reason: 'deploy', built: await built('two') });
  const { release: back } = (await ask('POST /apps/:app/rollback', {})) as { release: { description: string } };
  assert.equal(back.description, 'Roll back to v1');
});
