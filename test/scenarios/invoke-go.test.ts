import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { buildGo } from '../support/go-function.ts';
import { type BenchOptions, invokeBench, json, ociMissing } from '../support/invoke-room.ts';

const bootstrap = await buildGo('go-echo');
const go = { runtime: 'provided.al2023', handler: 'bootstrap' };
const drivers: readonly NonNullable<BenchOptions['driver']>[] = ociMissing === undefined ? ['process', 'oci'] : ['process'];

for (const driver of drivers) {
  test(`Go by the official client, ${driver}`, { skip: bootstrap === undefined && 'no Go here' }, async (t) => {
    const bench = await invokeBench(t, { driver, settings: { ready: driver === 'oci' ? 1 : 0, memoryMiB: 1769 } }); // room for one
    const spec = await bench.spec({ bootstrap: bootstrap! }, { ...go, timeoutMs: 2000, memoryMiB: 1769 });
    const first = await bench.call(spec, { a: 1 }, { clientContext: '{"custom":{"k":"v"}}', traceId: 'Root=1-a-b' });
    assert.deepEqual(json(first), {
      n: 1,
      id: first.report.requestId,
      arn: spec.arn,
      event: { a: 1 },
      inTime: true,
      custom: { k: 'v' },
      trace: 'Root=1-a-b',
    });
    assert.equal(first.contentType, 'application/json');
    assert.equal((json(await bench.call(spec)) as { n: number }).n, 2);
    const failed = await bench.call(spec, { how: 'error' });
    assert.deepEqual(json(failed), { errorMessage: 'boom', errorType: 'errorString' });
    assert.equal(failed.functionError, 'Unhandled');
    const large = await bench.call(spec, { how: 'large' });
    assert.equal((json(large) as { errorType: string }).errorType, 'Function.ResponseSizeTooLarge');
    assert.equal((json(await bench.call(spec)) as { n: number }).n, 1, 'this client ends its process on any status but 202');
    const panicked = await bench.call(spec, { how: 'panic' });
    assert.equal((json(panicked) as { errorMessage: string }).errorMessage, 'boom');
    assert.equal((json(await bench.call(spec)) as { n: number }).n, 1, 'a panic ends the process');
    const slow = await bench.call(spec, { how: 'sleep' });
    assert.equal((json(slow) as { errorType: string }).errorType, 'Sandbox.Timedout');
    const last = await bench.call(spec, {}, { logTail: true });
    assert.equal((json(last) as { n: number }).n, 1);
    assert.match(Buffer.from(last.logTail!).toString(), /^START .*\nfrom go\nEND .*\nREPORT /);
  });
}

test('Go asks for SIGTERM before the end and gets it', { skip: bootstrap === undefined && 'no Go here' }, async (t) => {
  const bench = await invokeBench(t, { settings: { idleMs: 50 } });
  const file = path.join(bench.directory, 'sigterm');
  const spec = await bench.spec({ bootstrap: bootstrap! }, { ...go, variables: { SIGTERM_FILE: file } });
  assert.equal((json(await bench.call(spec)) as { n: number }).n, 1);
  while (bench.room.stats().memoryMiB > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await fs.readFile(file, 'utf8'), 'terminated');
});

test('no bootstrap in code or layers', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({ other: 'x' }, go);
  const outcome = await bench.call(spec);
  assert.deepEqual(json(outcome), {
    errorType: 'Runtime.InvalidEntrypoint',
    errorMessage: `RequestId: ${outcome.report.requestId} Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]`,
  });
});
