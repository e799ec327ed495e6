import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { findRuntimes } from '../../src/invoke/index.ts';
import type { FunctionSpec } from '../../src/model/index.ts';
import { type InvokeBench, invokeBench, json, ociMissing } from '../support/invoke-room.ts';
import { noRuby, rubyFolder, rubyRuntime } from '../support/ruby-folder.ts';

/** Calls that are handed to a busy runtime ahead of their turn: none is lost, none runs twice, none waits for one that lasts. */
const options = { skip: ociMissing ?? false };

const SOURCE = `
const fs = require('node:fs');
const block = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
exports.handler = async ({ id, how }) => {
  console.log('ran ' + id);
  if (how === 'block') block(1000);
  if (how === 'wait') await new Promise((resolve) => setTimeout(resolve, 1000));
  if (how === 'exit') process.exit(3);
  if (how === 'loop') for (;;);
  if (how === 'steal') {
    const fd = fs.openSync('/run/dalamb/tickets', fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const bytes = Buffer.alloc(4096);
    for (const end = Date.now() + 50; Date.now() < end; ) try { fs.readSync(fd, bytes); } catch {}
    try { fs.openSync('/run/dalamb/tickets', 'w'); return 'forger'; } catch {}
  }
  return id;
};`;

const PYTHON = `
import os, time
def handler(event, context):
    id, how = event['id'], event.get('how')
    print('\\tran', id)
    if how == 'block': time.sleep(1)
    if how == 'exit': os._exit(3)
    assert context.get_remaining_time_in_millis() <= 2000
    return id
`;

const RUBY = `
def handler(event:, context:)
  id, how = event.values_at('id', 'how')
  puts "\\tran #{id}"
  sleep 1 if how == 'block'
  exit! 3 if how == 'exit'
  raise 'late' if context.get_remaining_time_in_millis > 2000
  id
end
`;

const LANGUAGES: Readonly<Record<string, Parameters<InvokeBench['spec']>>> = {
  'nodejs24.x': [{ 'index.js': SOURCE }, {}],
  'python3.11': [{ 'index.py': PYTHON }, { runtime: 'python3.11' }],
  [rubyRuntime]: [{ 'index.rb': RUBY }, { runtime: rubyRuntime }],
};

const withRuby = async () =>
  findRuntimes({ installation: path.resolve(import.meta.dirname, '../..'), folders: [await rubyFolder()] });

/** A function that is known to be quick, so that calls wait for it. */
async function quick(bench: InvokeBench, more: Partial<FunctionSpec> = {}): Promise<FunctionSpec> {
  const [files, own] = LANGUAGES[more.runtime ?? 'nodejs24.x']!;
  const spec = await bench.spec(files, { memoryMiB: 1769, timeoutMs: 2000, ...own, ...more });
  for (let n = 0; n < 100; n++) await bench.call(spec, { id: -1 });
  return spec;
}

function ran(bench: InvokeBench): Map<number, number> {
  const times = new Map<number, number>();
  for (const line of [...bench.logs.values()].flat()) {
    const id = Number(/\tran (\d+)$/.exec(line)?.[1] ?? -1);
    if (id >= 0) times.set(id, (times.get(id) ?? 0) + 1);
  }
  return times;
}

for (const [runtime, how] of [
  ['nodejs24.x', 'block'],
  ['nodejs24.x', 'wait'],
  ['nodejs24.x', 'exit'],
  ['nodejs24.x', 'loop'],
  ['python3.11', 'block'],
  ['python3.11', 'exit'],
  [rubyRuntime, 'block'],
  [rubyRuntime, 'exit'],
] as const) {
  const skip = options.skip || (runtime === rubyRuntime && noRuby);
  test(`${runtime}: calls behind one that does ${how}`, { skip }, async (t) => {
    const runtimes = runtime === rubyRuntime ? { runtimes: await withRuby() } : {};
    const bench = await invokeBench(t, { driver: 'oci', settings: { ready: 2 }, options: runtimes });
    const spec = await quick(bench, { runtime });
    const ended: number[] = [];
    const one = bench.call(spec, { id: 0, how }).then((outcome) => {
      ended.push(0);
      return outcome;
    });
    const others = Array.from({ length: 12 }, (_, n) =>
      bench.call(spec, { id: n + 1 }).then((outcome) => {
        ended.push(n + 1);
        return outcome;
      }),
    );
    for (const [n, outcome] of (await Promise.all(others)).entries()) assert.equal(json(outcome), n + 1);
    const first = await one;
    if (how === 'exit') assert.match(JSON.stringify(json(first)), /exit status 3/);
    else assert.equal(ended.at(-1), 0, 'nobody waited for it');
    if (how === 'loop') assert.match(JSON.stringify(json(first)), /Sandbox.Timedout/);
    assert.deepEqual(
      [...ran(bench)].sort(([a], [b]) => a - b),
      Array.from({ length: 13 }, (_, id) => [id, 1]),
    );
  });
}

test('calls of a slow function wait for no other, neither the first ones nor later ones', options, async (t) => {
  const bench = await invokeBench(t, { driver: 'oci', settings: { memoryMiB: 20_000 } });
  const source = 'exports.handler = ({ ms }) => new Promise((resolve) => setTimeout(resolve, ms, ms))';
  const settings = { memoryMiB: 1769, timeoutMs: 30_000 };
  const start = async (name: string) => {
    const began = performance.now();
    await bench.call(await bench.spec({ 'index.js': source }, { ...settings, name }), { ms: 0 });
    return performance.now() - began;
  };
  await start('first');
  const ms = Math.min(20_000, 12 * (await start('second'))); // longer than eight starts take here, even one after another
  const spec = await bench.spec({ 'index.js': source }, settings);
  for (let round = 0; round < 2; round++) {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => bench.call(spec, { ms })));
    assert.equal(new Set(outcomes.map(({ environment }) => environment)).size, 8);
  }
});

test('a mixture of quick and slow, good and bad: each call runs once and has its own answer', options, async (t) => {
  const bench = await invokeBench(t, { driver: 'oci', settings: { ready: 2 } });
  const spec = await quick(bench, { timeoutMs: 20_000 });
  let id = 0;
  const client = async (lane: number) => {
    for (let n = 0; n < 60; n++) {
      const mine = id++;
      const how = lane === 0 && n % 20 === 9 ? 'exit' : lane === 1 && n % 20 === 9 ? 'wait' : undefined;
      const outcome = await bench.call(spec, { id: mine, how });
      if (how !== 'exit') assert.equal(json(outcome), mine);
      else assert.equal(outcome.functionError, 'Unhandled');
    }
  };
  await Promise.all(Array.from({ length: 12 }, (_, lane) => client(lane)));
  assert.deepEqual(
    [...ran(bench)].sort(([a], [b]) => a - b),
    Array.from({ length: id }, (_, n) => [n, 1]),
  );
});

test('a function that steals tickets harms its own calls only, and can forge none', options, async (t) => {
  const bench = await invokeBench(t, { driver: 'oci', settings: { ready: 2 } });
  const [thief, neighbour] = [await quick(bench, { name: 'thief' }), await quick(bench, { name: 'neighbour' })];
  const stolen = [bench.call(thief, { id: 0, how: 'steal' }), ...[1, 2, 3, 4].map((n) => bench.call(thief, { id: n }))];
  const good = await Promise.all(Array.from({ length: 20 }, (_, n) => bench.call(neighbour, { id: 100 + n })));
  for (const [n, outcome] of good.entries()) assert.equal(json(outcome), 100 + n);
  const [first, ...rest] = await Promise.all(stolen);
  assert.equal(json(first!), 0);
  for (const outcome of rest) assert.ok(outcome.functionError === 'Unhandled' || Number(json(outcome)) > 0);
  assert.equal(json(await bench.call(thief, { id: 9 })), 9);
});
