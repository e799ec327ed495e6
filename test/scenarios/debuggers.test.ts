import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionSpec } from '../../src/model/index.ts';
import { pipMissing } from '../support/builder-room.ts';
import { attach } from '../support/cdp.ts';
import { debugAdapter } from '../support/dap.ts';
import { type InvokeBench, invokeBench, json, ociMissing } from '../support/invoke-room.ts';

const CODE = `let n = 0;
exports.handler = async (event, context) => {
  const by = event.by ?? 1;
  n += by;
  if (event.reach) return fetch('http://127.0.0.1:9229/json').then(() => 'reached', (error) => error.cause.code);
  return { n, left: context.getRemainingTimeInMillis() > 60_000 };
};
`;

/** A port of this machine that leads to a function's debugger, as the command line makes one. */
async function portTo(t: TestContext, { room }: InvokeBench, spec: FunctionSpec): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    room.debuggers.connect(spec).then(
      ({ connection }) => {
        connection.on('close', () => socket.destroy());
        socket.on('close', () => connection.destroy());
        socket.pipe(connection).pipe(socket);
      },
      () => socket.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as net.AddressInfo).port;
}

test('a function stops in its handler, past its timeout, one call at a time', {
  skip: ociMissing ?? false,
  timeout: 60_000,
}, async (t) => {
  const bench = await invokeBench(t, { driver: 'oci', settings: { ready: 1, freezeAfterMs: 10 } });
  const { room, call } = bench;
  const spec = await bench.spec({ 'index.js': CODE }, { timeoutMs: 1000, name: 'debugged' });
  const other = await bench.spec({ 'index.js': CODE }, { name: 'other' });
  assert.deepEqual(json(await call(spec)), { n: 1, left: false });
  assert.deepEqual(await room.debuggers.find(spec), { protocol: 'inspector' });

  const debugging = await attach(await portTo(t, bench, spec));
  await debugging.send('Debugger.setBreakpointByUrl', { urlRegex: '.*/var/task/index\\.js$', lineNumber: 3 });
  const calls = [1, 2, 3].map((by) => call(spec, { by }));
  const frames: number[] = [];
  for (let paused = 0; paused < 3; paused++) {
    const { callFrames } = await debugging.event('Debugger.paused');
    const { result } = await debugging.send('Debugger.evaluateOnCallFrame', {
      callFrameId: callFrames[0].callFrameId,
      expression: 'by',
    });
    frames.push(result.value);
    assert.equal(callFrames[0].location.lineNumber, 3);
    if (paused === 0) await sleep(1500); // longer than a call may last
    await debugging.send('Debugger.resume');
  }
  const answers = (await Promise.all(calls)).map((outcome) => json(outcome) as { n: number; left: boolean });
  assert.deepEqual(
    answers.map(({ n }) => n).sort((a, b) => a - b),
    [frames[0]!, frames[0]! + frames[1]!, 6],
    'one environment, one after another',
  );
  assert.ok(answers.every(({ left }) => left));
  assert.equal(room.stats().frozen, 0);

  assert.equal(json(await call(other, { reach: true })), 'ECONNREFUSED', 'whoever is beside it does not reach it');
  debugging.close();
});

test('while nobody is connected a debugged function times out, and after a crash there is another to attach to', {
  skip: ociMissing ?? false,
  timeout: 60_000,
}, async (t) => {
  const bench = await invokeBench(t, { driver: 'oci' });
  const code = "exports.handler = (e) => e.die ? process.exit(3) : new Promise((r) => setTimeout(r, e.ms, 'ok'));";
  const spec = await bench.spec({ 'index.js': code }, { timeoutMs: 1000 });
  const port = await portTo(t, bench, spec);
  const first = await attach(port);
  assert.equal(json(await bench.call(spec, { ms: 1500 })), 'ok');
  first.close();
  await first.closed;
  assert.equal((await bench.call(spec, { ms: 3000 })).report.status, 'timeout');
  const second = await attach(port);
  const dying = bench.call(spec, { die: true });
  await second.closed;
  assert.equal((await dying).functionError, 'Unhandled');
  const third = await attach(port);
  assert.equal(json(await bench.call(spec, { ms: 0 })), 'ok');
  third.close();
});

test('who cannot be debugged is told why', { skip: ociMissing ?? false, timeout: 60_000 }, async (t) => {
  const bench = await invokeBench(t, { driver: 'oci' });
  const { debuggers } = bench.room;
  const code = { 'index.js': 'exports.handler = 1;' };
  const refusals: [Partial<FunctionSpec>, RegExp][] = [
    [{ runtime: 'provided.al2023' }, /provided\.al2023 has no debugger port/],
    [{ runtime: 'python3.11' }, /debugpy is not among its dependencies/],
    [{ variables: { DALAMB_ADAPTER: 'http' } }, /HTTP servers/],
    [{ image: { uri: 'h/n@sha256:0' } }, /container images/],
  ];
  for (const [more, why] of refusals) {
    const spec = await bench.spec(code, more);
    const found = await debuggers.find(spec);
    assert.match('refused' in found ? found.refused : '', why);
    await assert.rejects(debuggers.connect(spec), { code: 'NotImplemented' });
  }
  await assert.rejects(debuggers.connect(await bench.spec(code)), {
    code: 'SandboxUnavailable',
    message: /HandlerNotFound|not a function/,
  });
  const plain = await invokeBench(t);
  const found = await plain.room.debuggers.find(await plain.spec(code));
  assert.match('refused' in found ? found.refused : '', /plain processes/);
});

const PYTHON = 'n = 0\n\ndef handler(event, context):\n    by = event["by"]\n    return by + 1\n';

test('a function in Python that brings debugpy stops in its handler', {
  skip: ociMissing ?? pipMissing,
  timeout: 120_000,
}, async (t) => {
  const bench = await invokeBench(t, { driver: 'oci' });
  const more = { runtime: 'python3.11', handler: 'app.handler', timeoutMs: 1000, memoryMiB: 256 };
  const spec = await bench.spec({ 'app.py': PYTHON }, more);
  const target = path.join(bench.directory, spec.code);
  await new Promise<void>((resolve, reject) =>
    execFile(
      '/usr/bin/python3',
      ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', target, 'debugpy'],
      { timeout: 60_000 },
      (error) => (error ? reject(error) : resolve()),
    ),
  );
  assert.deepEqual(await bench.room.debuggers.find(spec), { protocol: 'debugpy' });
  const { connection } = await bench.room.debuggers.connect(spec);
  const { send, next } = debugAdapter(connection);
  send('initialize', { adapterID: 'test', pathFormat: 'path' });
  await next('initialize');
  send('attach', { justMyCode: false }); // its own lies beside the function's: it would take both for others'
  await next('initialized');
  send('setBreakpoints', { source: { path: '/var/task/app.py' }, breakpoints: [{ line: 5 }] });
  assert.equal((await next('setBreakpoints')).breakpoints[0].verified, true);
  send('configurationDone');
  await next('attach');
  const called = bench.call(spec, { by: 41 });
  const { threadId } = await next('stopped');
  send('stackTrace', { threadId });
  const { stackFrames } = await next('stackTrace');
  send('evaluate', { expression: 'by', frameId: stackFrames[0].id });
  assert.deepEqual([stackFrames[0].line, (await next('evaluate')).result], [5, '41']);
  await sleep(1500); // longer than a call may last
  send('continue', { threadId });
  assert.equal(json(await called), 42);
  assert.doesNotMatch([...bench.logs.values()].flat().join('\n'), /frozen modules/);
  connection.destroy();
});
