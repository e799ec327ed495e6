import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { fail } from '../../kernel/index.ts';
import type { AppRole } from '../../model/index.ts';
import { devStages } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { ACCOUNT, APP, actor, processOf, releaseWorld } from '../releases/world.fixture.ts';
import { connectDebugger, listDebuggers } from './debuggers.ts';

const how = { app: APP, account: ACCOUNT, actor, line: () => {}, lines: [], signal: new AbortController().signal };

async function world(t: TestContext, processes: readonly string[] | undefined) {
  const { ports, release } = await releaseWorld(t);
  if (processes) await ports.store.transact((tx) => tx.put(devStages, { app: APP, account: ACCOUNT, processes }));
  const opened: { name: string; connection: PassThrough }[] = [];
  const audited: string[] = [];
  const ticks: (() => void)[] = [];
  let role = true;
  const given: PaasPorts = {
    ...ports,
    clock: {
      ...ports.clock,
      after: (_, fn) => {
        ticks.push(fn);
        return () => {};
      },
    },
    requireRole: async (_, asked: AppRole) => {
      if (!role) throw fail('AccessDenied', `no ${asked}`, { status: 403 });
    },
    audit: async (_, { action, detail }) => void audited.push(`${action} ${detail}`),
    debuggers: {
      find: async (_, name) => (name.endsWith('web') ? { protocol: 'inspector' } : { refused: 'it is in Go' }),
      connect: async (_, name) => {
        opened.push({ name, connection: new PassThrough() });
        return { connection: opened.at(-1)!.connection, begins: opened.length === 1 };
      },
    },
  };
  const again = async () => {
    ticks.shift()?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return { ports: given, opened, audited, release, again, lose: () => (role = false) };
}

test('processes in development are listed with their debuggers, and connected to; the beginning is written down', async (t) => {
  const { ports, opened, audited } = await world(t, ['web', 'go']);
  assert.deepEqual(await listDebuggers(ports, how), [
    { process: 'web', protocol: 'inspector' },
    { process: 'go', refused: 'it is in Go' },
  ]);
  assert.equal(await connectDebugger(ports, how, 'web'), opened[0]!.connection);
  await connectDebugger(ports, how, 'web');
  assert.deepEqual([opened.map(({ name }) => name), audited], [['shop-web', 'shop-web'], ['dev:inspect web']]);
});

test('only what is in development can be debugged', async (t) => {
  const nothing = await world(t, undefined);
  await assert.rejects(connectDebugger(nothing.ports, how, 'web'), { code: 'NoSuchThing' });
  const { ports, opened, release } = await world(t, ['web']);
  await assert.rejects(connectDebugger(ports, how, 'mail'), { code: 'NoSuchThing', message: /mail/ });
  const processes = [await processOf(ports.store, 'web', 'released')];
  await release({ reason: 'deploy', built: { processes, resources: [], checks: { smoke: {} } } });
  await assert.rejects(connectDebugger(ports, how, 'web'), { code: 'InvalidRequest', status: 409 });
  assert.equal(opened.length, 0);
});

test('a connection outlives neither the role of who has it nor the development', async (t) => {
  const { ports, opened, again, lose } = await world(t, ['web']);
  await connectDebugger(ports, how, 'web');
  await again();
  assert.equal(opened[0]!.connection.destroyed, false);
  lose();
  await again();
  assert.equal(opened[0]!.connection.destroyed, true);
  const other = await world(t, ['web']);
  await connectDebugger(other.ports, how, 'web');
  await other.ports.store.transact((tx) => tx.delete(devStages, [APP, ACCOUNT]));
  await other.again();
  assert.equal(other.opened[0]!.connection.destroyed, true);
});
