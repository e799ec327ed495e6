import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { Clock } from '../kernel/index.ts';
import type { FunctionSpec } from '../model/index.ts';
import { createDebuggers } from './debugging.ts';
import type { Environment } from './environment.ts';
import type { Pools } from './pools.ts';
import type { InvokeOptions } from './settings.ts';

const spec = (name: string, runtime = 'nodejs24.x') =>
  ({ name, arn: `arn:${name}`, runtime, variables: {}, code: 'c' }) as unknown as FunctionSpec;

/** Debuggers over pools that note what they are told, by a clock that is moved by hand. */
function world({ connect = true, listens = () => true }: { connect?: boolean; listens?: () => boolean } = {}) {
  let now = 0;
  const timers = new Map<object, { at: number; fn: () => void }>();
  const clock: Pick<Clock, 'after'> = {
    after(ms, fn) {
      const key = {};
      timers.set(key, { at: now + ms, fn });
      if (ms < 1000) queueMicrotask(() => timers.delete(key) && fn()); // short pauses pass by themselves
      return () => void timers.delete(key);
    },
  };
  const pass = (ms: number) => {
    now += ms;
    for (const [key, { at, fn }] of timers) if (at <= now && timers.delete(key)) fn();
  };
  const told: string[] = [];
  const open: PassThrough[] = [];
  const ports: number[] = [];
  const environment: Pick<Environment, 'connect'> = {
    async connect(port) {
      if (!listens()) return undefined;
      ports.push(port);
      open.push(new PassThrough());
      return open.at(-1);
    },
  };
  const pools: Pick<Pools, 'debug' | 'debuggedOne'> = {
    debug: (arn, is) => void told.push(`${arn} ${is}`),
    debuggedOne: async () => environment as Environment,
  };
  const entry = (name: string) => [name, { name, speaks: 'frames', argv: () => ['python', 'bootstrap.py'] }] as const;
  const options = {
    clock,
    driver: { features: { connect } },
    runtimes: { entries: new Map(['nodejs24.x', 'ruby3.3'].map(entry)), missing: [] },
  } as unknown as InvokeOptions;
  return { debuggers: createDebuggers(options, pools as Pools), told, open, ports, pass };
}

const ended = async (stream: PassThrough) => {
  stream.destroy();
  await new Promise((resolve) => setImmediate(resolve));
};

test('a function is debugged from the first connection until a while after the last', async () => {
  const { debuggers, told, open, ports, pass } = world();
  assert.equal((await debuggers.connect(spec('a'))).begins, true);
  assert.equal((await debuggers.connect(spec('a'))).begins, false);
  assert.deepEqual(ports, [9229, 9229]);
  await ended(open[0]!);
  pass(60_000);
  await ended(open[1]!);
  pass(9000);
  assert.deepEqual(told, ['arn:a true']);
  assert.equal((await debuggers.connect(spec('a'))).begins, false, 'within that while it goes on');
  pass(60_000);
  await ended(open[2]!);
  pass(10_000);
  assert.deepEqual(told, ['arn:a true', 'arn:a false']);
  assert.equal((await debuggers.connect(spec('a'))).begins, true);
});

test('connections to a function, and functions, are bounded', async () => {
  const { debuggers, open } = world();
  for (let i = 0; i < 16; i++) await debuggers.connect(spec('a'));
  await assert.rejects(debuggers.connect(spec('a')), { code: 'TargetBusy' });
  await ended(open[0]!);
  await debuggers.connect(spec('a'));
  for (let i = 1; i < 32; i++) await debuggers.connect(spec(`f${i}`));
  await assert.rejects(debuggers.connect(spec('one too many')), { code: 'TargetBusy' });
});

test('a process that listens late is waited for; one that never does is an error, and leaves nothing behind', async () => {
  let looks = 0;
  const late = world({ listens: () => ++looks > 5 });
  await late.debuggers.connect(spec('a'));
  const { debuggers, told, pass } = world({ listens: () => false });
  await assert.rejects(debuggers.connect(spec('a')), { code: 'SandboxUnavailable', message: /does not listen/ });
  pass(10_000);
  assert.deepEqual(told, ['arn:a true', 'arn:a false']);
});

test('runtimes without a debugger, and platforms without sandboxes, are refused by name, and nothing begins', async () => {
  const { debuggers, told } = world();
  await assert.rejects(debuggers.connect(spec('a', 'ruby3.3')), { code: 'NotImplemented', message: /ruby3\.3 has no debugger/ });
  await assert.rejects(debuggers.connect(spec('a', 'cobol')), { code: 'NotImplemented' });
  assert.deepEqual(told, []);
  await assert.rejects(world({ connect: false }).debuggers.connect(spec('a')), { message: /isolated sandboxes/ });
});
