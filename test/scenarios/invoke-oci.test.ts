import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invokeBench, json, ociMissing } from '../support/invoke-room.ts';

const options = { skip: ociMissing ?? false };

const SOURCE = `
const fs = require('node:fs');
let n = 0;
setInterval(() => {}, 1000);
let ticks = 0;
setInterval(() => ticks++, 5).unref();
exports.handler = async (e) => {
  n++;
  if (e.how === 'oom') { const all = []; for (;;) all.push(Buffer.alloc(8 << 20, 1)); }
  if (e.how === 'heap') { const all = []; for (;;) all.push(new Array(1000).fill(Math.random())); }
  if (e.how === 'kill') process.kill(process.pid, 'SIGKILL');
  if (e.how === 'loop') for (;;);
  if (e.write) fs.writeFileSync('/tmp/kept', e.write);
  const before = ticks;
  if (e.wait) await new Promise((r) => setTimeout(r, e.wait));
  return { n, ticks: before, kept: fs.existsSync('/tmp/kept') ? fs.readFileSync('/tmp/kept', 'utf8') : null, task: process.env.LAMBDA_TASK_ROOT, cwd: process.cwd() };
};`;

async function until(done: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !done(); ) {
    assert.ok(Date.now() < end, 'this takes too long');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What a call answered, without the ticks, which depend on how fast the machine is. */
function fixed(outcome: Parameters<typeof json>[0]): unknown {
  const { ticks: _ticks, ...rest } = json(outcome) as { ticks: number };
  return rest;
}

test('isolated: pre-booted sandboxes take a function, freeze when idle, keep /tmp over a reset', options, async (t) => {
  const ready = [{ runtime: 'nodejs24.x', memoryMiB: 1769 }];
  const bench = await invokeBench(t, { driver: 'oci', settings: { ready: 1, readyAtStart: ready } });
  const spec = await bench.spec({ 'index.js': SOURCE }, { memoryMiB: 1769, timeoutMs: 2000 });
  const first = await bench.call(spec, { write: 'hello' });
  assert.deepEqual(fixed(first), { n: 1, kept: 'hello', task: '/var/task', cwd: '/var/task' });
  await bench.call(spec, { wait: 100 });
  await until(() => bench.room.stats().frozen === 1);
  const { ticks } = json(await bench.call(spec)) as { ticks: number };
  await until(() => bench.room.stats().frozen === 1);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const thawed = json(await bench.call(spec)) as { n: number; ticks: number };
  assert.equal(thawed.n, 4);
  // Awake it would have ticked 400 times in these two seconds; it is awake only until it is frozen.
  assert.ok(thawed.ticks - ticks < 200, `a frozen function does not tick: ${thawed.ticks - ticks}`);
  const killed = await bench.call(spec, { how: 'kill' });
  assert.match((json(killed) as { errorMessage: string }).errorMessage, /Runtime exited with error: signal: killed$/);
  const again = await bench.call(spec);
  assert.deepEqual(fixed(again), { n: 1, kept: 'hello', task: '/var/task', cwd: '/var/task' });
  assert.equal(again.environment, first.environment);
  const overdue = await bench.call(spec, { how: 'loop' });
  assert.equal((json(overdue) as { errorType: string }).errorType, 'Sandbox.Timedout');
  assert.equal((json(await bench.call(spec)) as { n: number }).n, 1);
});

test('isolated: running out of memory is named', options, async (t) => {
  const bench = await invokeBench(t, { driver: 'oci' });
  const spec = await bench.spec({ 'index.js': SOURCE }, { memoryMiB: 256, timeoutMs: 10_000 });
  const outcome = await bench.call(spec, { how: 'oom' });
  assert.deepEqual(json(outcome), {
    errorType: 'Runtime.OutOfMemory',
    errorMessage: `RequestId: ${outcome.report.requestId} Error: Runtime exited with error: signal: killed`,
  });
  assert.equal(outcome.report.errorType, 'Runtime.OutOfMemory');
  assert.equal((json(await bench.call(spec)) as { n: number }).n, 1);
  const heap = await bench.call(spec, { how: 'heap' });
  assert.match((json(heap) as { errorMessage: string }).errorMessage, /signal: (aborted|killed)$|exit status 13[47]$/);
});

test('isolated: Python from the shelf', options, async (t) => {
  const bench = await invokeBench(t, {
    driver: 'oci',
    settings: { ready: 1, readyAtStart: [{ runtime: 'python3.11', memoryMiB: 128 }] },
  });
  const source = 'import os\ndef handler(e, c): return [os.getcwd(), os.environ["LAMBDA_RUNTIME_DIR"], os.listdir("/tmp")]';
  const spec = await bench.spec({ 'index.py': source }, { runtime: 'python3.11', memoryMiB: 512 });
  assert.deepEqual(json(await bench.call(spec)), ['/var/task', '/var/runtime', []]);
  assert.equal((await bench.call(spec)).report.initMs, undefined);
});

test('isolated: startup variables and wrappers start their own process', options, async (t) => {
  const bench = await invokeBench(t, { driver: 'oci', settings: { ready: 1 } });
  const wrapper = await bench.tree({ wrap: '#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n' });
  const spec = await bench.spec(
    { 'index.js': 'exports.handler = async () => [process.env.WRAPPED, Error.stackTraceLimit]' },
    {
      memoryMiB: 1024,
      layers: [wrapper],
      variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrap', NODE_OPTIONS: '--stack-trace-limit=4' },
    },
  );
  assert.deepEqual(json(await bench.call(spec)), ['yes', 4]);
});
