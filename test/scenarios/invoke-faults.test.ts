import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hastenedClock } from '../support/clock.ts';
import { callOf, type InvokeBench, invokeBench, json } from '../support/invoke-room.ts';

interface PlatformPayload {
  readonly errorType: string;
  readonly errorMessage: string;
}

const MISCHIEF = `
const fs = require('node:fs');
let n = 0;
const file = process.env.TMPDIR + '/kept';
exports.handler = async (e) => {
  n++;
  if (e.write) fs.writeFileSync(file, e.write);
  if (e.how === 'loop') { console.log('before the loop'); for (;;); }
  if (e.how === 'sleep') await new Promise((r) => setTimeout(r, e.ms));
  if (e.how === 'exit') { console.log('last words'); process.exit(e.code); }
  if (e.how === 'kill') process.kill(process.pid, e.signal);
  if (e.how === 'large') return 'x'.repeat(e.size - 2);
  if (e.how === 'close') { for (const fd of fs.readdirSync('/proc/self/fd').filter((fd) => fd > 2)) try { if (fs.readlinkSync('/proc/self/fd/' + fd).startsWith('socket:')) fs.closeSync(Number(fd)); } catch {} await new Promise((r) => setTimeout(r, 500)); }
  return { n, kept: fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null };
};`;

test('a function that does not answer in time is ended; /tmp, stream and environment stay', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({ 'index.js': MISCHIEF }, { timeoutMs: 1000, variables: {} });
  await bench.call(spec, { write: 'hello' });
  const outcome = await bench.call(spec, { how: 'loop' }, { logTail: true });
  assert.deepEqual(json(outcome), {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${outcome.report.requestId} Error: Task timed out after 1.00 seconds`,
  });
  assert.equal(outcome.report.status, 'timeout');
  assert.ok(outcome.report.durationMs >= 1000 && outcome.report.durationMs < 10_000, `${outcome.report.durationMs}`);
  const tail = Buffer.from(outcome.logTail!).toString();
  assert.match(tail, /before the loop\n/);
  assert.match(tail, / Task timed out after 1\.00 seconds\n\nEND RequestId: .*\nREPORT .*\tStatus: timeout\n$/);
  const next = await bench.call(spec);
  assert.deepEqual(json(next), { n: 1, kept: 'hello' });
  assert.equal(next.environment, outcome.environment);
  assert.equal(next.report.initMs, undefined, 'a repeated init belongs to the call');
  assert.equal(bench.logs.size, 1);
});

test('exits and signals are named, and noticed at once', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({ 'index.js': MISCHIEF }, { timeoutMs: 20_000 });
  const cases = [
    [{ how: 'exit', code: 0 }, 'Runtime exited without providing a reason'],
    [{ how: 'exit', code: 3 }, 'Runtime exited with error: exit status 3'],
    [{ how: 'kill', signal: 'SIGKILL' }, 'Runtime exited with error: signal: killed'],
    [{ how: 'kill', signal: 'SIGSEGV' }, 'Runtime exited with error: signal: segmentation fault'],
  ] as const;
  for (const [event, text] of cases) {
    const outcome = await bench.call(spec, event);
    const { errorType, errorMessage } = json(outcome) as PlatformPayload;
    assert.equal(errorType, 'Runtime.ExitError');
    assert.equal(errorMessage, `RequestId: ${outcome.report.requestId} Error: ${text}`);
    assert.ok(outcome.report.durationMs < 10_000, `${outcome.report.durationMs}`);
    assert.equal((json(await bench.call(spec)) as { n: number }).n, 1);
  }
  assert.ok([...bench.logs.values()].flat().some((line) => line.endsWith('last words')));
});

test('a runtime that closes its channel is ended', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({ 'index.js': MISCHIEF }, { timeoutMs: 10_000 });
  const outcome = await bench.call(spec, { how: 'close' });
  assert.equal((json(outcome) as PlatformPayload).errorType, 'Runtime.ExitError');
  assert.equal((json(await bench.call(spec)) as { n: number }).n, 1);
});

test('an answer of exactly the limit passes, one byte more does not, and the environment survives', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({ 'index.js': MISCHIEF });
  const fits = await bench.call(spec, { how: 'large', size: 6_291_556 });
  assert.equal(fits.payload.byteLength, 6_291_556);
  const large = await bench.call(spec, { how: 'large', size: 6_291_557 });
  assert.equal(
    Buffer.from(large.payload).toString(),
    '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}',
  );
  assert.equal((json(await bench.call(spec)) as { n: number }).n, 3);
});

test('a large event arrives whole', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({ 'index.js': 'exports.handler = async (e) => e.length' });
  assert.equal(json(await bench.call(spec, 'y'.repeat(6_000_000))), 6_000_000);
});

test('init that fails is tried again within the call, and its error is the answer', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({ 'index.js': 'process.exit(5)' });
  const outcome = await bench.call(spec, {}, { logTail: true });
  assert.equal(
    (json(outcome) as PlatformPayload).errorMessage,
    `RequestId: ${outcome.report.requestId} Error: Runtime exited with error: exit status 5`,
  );
  const lines = [...bench.logs.values()].flat();
  assert.match(
    lines[0]!,
    /^INIT_START Runtime Version: nodejs:24\.v\d+\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}$/,
  );
  assert.match(lines[1]!, /^INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError$/);
  assert.match(lines.at(-1)!, /Status: error\tError Type: Runtime.ExitError$/);
});

test('init that never ends counts against the function timeout after ten seconds', async (t) => {
  const times = 4;
  const bench = await invokeBench(t, { options: { clock: hastenedClock(times) } });
  const spec = await bench.spec({ 'index.js': 'for (;;);' }, { timeoutMs: 1000 });
  const outcome = await bench.call(spec, {}, { maxWaitMs: 1000 });
  assert.equal((json(outcome) as PlatformPayload).errorType, 'Sandbox.Timedout');
  const lines = [...bench.logs.values()].flat();
  const report = /^INIT_REPORT Init Duration: (\d+\.\d\d) ms\tPhase: init\tStatus: timeout$/.exec(String(lines[1]));
  // A timer may fire a millisecond early.
  assert.ok(Number(report?.[1]) >= 10_000 - 2 * times, String(lines[1]));
});

test('waiting calls take environments in order, and a call that waits too long gets 429', async (t) => {
  const bench = await invokeBench(t, { settings: { memoryMiB: 128 } });
  const spec = await bench.spec({ 'index.js': MISCHIEF });
  await bench.call(spec);
  const ends: number[] = [];
  const slow = bench.call(spec, { how: 'sleep', ms: 300 });
  const queue = [1, 2, 3].map((n) => bench.call(spec).then(() => ends.push(n)));
  await assert.rejects(bench.room.invoke(callOf(spec, {}, { maxWaitMs: 50 })), { code: 'TooManyRequestsException', status: 429 });
  await Promise.all([slow, ...queue]);
  assert.deepEqual(ends, [1, 2, 3]);
  assert.equal(bench.room.stats().environments, 1);
});

test('when memory is short, idle environments of others end first', async (t) => {
  const bench = await invokeBench(t, { settings: { memoryMiB: 256 } });
  const specs = await Promise.all(['a', 'b', 'c'].map((name) => bench.spec({ 'index.js': MISCHIEF }, { name })));
  for (const spec of specs) assert.equal((json(await bench.call(spec)) as { n: number }).n, 1);
  assert.equal(bench.room.stats().environments, 2);
  assert.ok(bench.room.stats().memoryMiB <= 256);
  assert.equal((json(await bench.call(specs[1]!)) as { n: number }).n, 2, 'the one used last stays');
});

/** Until so many environments are left; of none, no memory either. */
async function left({ room }: InvokeBench, environments: number): Promise<void> {
  const reached = () => room.stats().environments === environments && (environments > 0 || room.stats().memoryMiB === 0);
  for (let i = 0; !reached(); i++) {
    assert.ok(i < 500, `${room.stats().environments} environments are left`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('retired environments end after their call, the kept identity stays', async (t) => {
  const bench = await invokeBench(t);
  const old = await bench.spec({ 'index.js': MISCHIEF }, { identity: 'old' });
  const fresh = await bench.spec({ 'index.js': MISCHIEF }, { identity: 'new' });
  await bench.call(fresh);
  const running = bench.call(old, { how: 'sleep', ms: 1000 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  bench.room.retire(old.arn, 'new');
  assert.equal((await running).functionError, undefined);
  await left(bench, 1);
  assert.equal((json(await bench.call(fresh)) as { n: number }).n, 2);
});

test('retiring one version leaves the others alone', async (t) => {
  const bench = await invokeBench(t);
  const latest = await bench.spec({ 'index.js': MISCHIEF }, { identity: 'latest', version: '$LATEST' });
  const published = await bench.spec({ 'index.js': MISCHIEF }, { identity: 'published', version: '1' });
  await bench.call(latest);
  await bench.call(published);
  bench.room.retire(latest.arn, 'newer', '$LATEST');
  await left(bench, 1);
  assert.equal((json(await bench.call(published)) as { n: number }).n, 2, 'the published one went on');
  bench.room.retire(published.arn);
  await left(bench, 0);
});

test('a version that takes over is started ahead where the function is in use, and only then', async (t) => {
  const bench = await invokeBench(t);
  const before = await bench.spec({ 'index.js': MISCHIEF }, { version: '1' });
  const after = { ...before, version: '2', identity: 'after' };
  await bench.room.warm(after, 0);
  assert.equal(bench.room.stats().environments, 0, 'nobody uses it');
  await bench.call(before);
  await Promise.all([bench.room.warm(after, 0), bench.room.warm(after, 0)]);
  assert.deepEqual([bench.room.stats().environments, bench.room.stats().idle], [2, 2]);
  const first = await bench.call(after);
  assert.deepEqual(json(first), { n: 1, kept: null });
  assert.equal(bench.room.stats().environments, 2);
});

test('what is started ahead in any case tells how its initialisation failed', async (t) => {
  const bench = await invokeBench(t);
  assert.equal(await bench.room.warm(await bench.spec({ 'index.js': MISCHIEF }), 1), undefined);
  const broken = await bench.spec({ 'index.js': 'require("./not-there")' }, { identity: 'broken' });
  assert.match((await bench.room.warm(broken, 1))!, /^Runtime.ImportModuleError: .*Cannot find module '.\/not-there'/);
  const gone = await bench.spec({ 'index.js': 'process.exit(3)' }, { identity: 'gone' });
  assert.equal(await bench.room.warm(gone, 1), 'Runtime.ExitError: Runtime exited with error: exit status 3');
});

test('nothing is started ahead where that would cost memory that others use; what nobody has called gives way', async (t) => {
  const bench = await invokeBench(t, { settings: { memoryMiB: 128 } });
  const before = await bench.spec({ 'index.js': MISCHIEF }, { version: '1' });
  await bench.room.warm(before, 1);
  const other = await bench.spec({ 'index.js': 'require("./not-there")' }, { arn: `${before.arn}-other`, identity: 'other' });
  assert.match((await bench.room.warm(other, 1))!, /not-there/, 'there was room');
  await bench.room.warm(before, 1);
  await bench.call(before);
  const after = bench.room.warm({ ...before, version: '2', identity: 'after' }, 1);
  await assert.rejects(after, { code: 'SandboxUnavailable', message: /no memory is free/ });
  assert.equal((json(await bench.call(before)) as { n: number }).n, 2, 'it lives on');
});

test('an external extension in a layer is refused by name', async (t) => {
  const bench = await invokeBench(t);
  const layer = await bench.tree({ 'extensions/watcher': '#!/bin/sh\n' });
  const spec = await bench.spec({ 'index.js': MISCHIEF }, { layers: [layer] });
  const outcome = await bench.call(spec);
  assert.equal(outcome.functionError, 'Unhandled');
  assert.equal(outcome.report.errorType, 'Extension.LaunchError');
  assert.match((json(outcome) as { errorMessage: string }).errorMessage, /external extensions are not started.*: watcher$/);
  const lines = [...bench.logs.values()].flat();
  assert.ok(lines.some((line) => /^EXTENSION\tName: watcher\tState: LaunchError\t/.test(line)));
});

test('idle environments end', async (t) => {
  const bench = await invokeBench(t, { settings: { idleMs: 100 } });
  await bench.call(await bench.spec({ 'index.js': MISCHIEF }));
  await left(bench, 0);
});

test('a call whose repeated init overruns leaves the next call alone', async (t) => {
  const bench = await invokeBench(t);
  const source = `
    const fs = require('node:fs');
    const file = process.env.TMPDIR + '/starts';
    const starts = fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0;
    fs.writeFileSync(file, String(starts + 1));
    if (starts === 1) for (;;);
    exports.handler = async (e) => { if (e.exit) process.exit(1); return starts };`;
  const spec = await bench.spec({ 'index.js': source }, { timeoutMs: 500 });
  assert.equal(json(await bench.call(spec)), 0);
  await bench.call(spec, { exit: true });
  assert.equal((json(await bench.call(spec)) as PlatformPayload).errorType, 'Sandbox.Timedout');
  const later = [await bench.call(spec), await bench.call(spec), await bench.call(spec)];
  assert.deepEqual(later.map(json), [2, 2, 2]);
  assert.equal(new Set(later.map(({ environment }) => environment)).size, 1);
});

test('stop lets running calls finish and refuses new ones', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({ 'index.js': MISCHIEF });
  await bench.call(spec);
  const running = bench.call(spec, { how: 'sleep', ms: 200 });
  const stopped = bench.room.stop(AbortSignal.timeout(5000));
  await assert.rejects(bench.call(spec), { code: 'SandboxUnavailable' });
  assert.equal((json(await running) as { n: number }).n, 2);
  await stopped;
  assert.equal(bench.room.stats().environments, 0);
});

test('a role that cannot be assumed and a runtime that is not here are said', async (t) => {
  const refusing = await invokeBench(t, {
    options: {
      issueCredentials: async () => {
        throw new TypeError('no such role');
      },
    },
  });
  await assert.rejects(refusing.call(await refusing.spec({ 'index.js': MISCHIEF })), { message: 'no such role' });
  assert.equal(refusing.room.stats().environments, 0);
  await assert.rejects(refusing.call(await refusing.spec({ 'index.js': '' }, { runtime: 'python3.99' })), {
    code: 'SandboxUnavailable',
    message: /python3\.99: not a runtime/,
  });
});
