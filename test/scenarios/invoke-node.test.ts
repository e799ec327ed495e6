import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invokeBench, json } from '../support/invoke-room.ts';

const runtimes = ['nodejs22.x', 'nodejs24.x', 'nodejs26.x'];

for (const runtime of runtimes) {
  test(`${runtime}: an async handler answers, warm ones reuse the environment`, async (t) => {
    const bench = await invokeBench(t);
    const spec = await bench.spec(
      { 'index.js': 'let n = 0; exports.handler = async (event, context) => ({ n: ++n, event, id: context.awsRequestId });' },
      { runtime },
    );
    const first = await bench.call(spec, { a: 1 });
    assert.deepEqual(json(first), { n: 1, event: { a: 1 }, id: first.report.requestId });
    assert.equal(first.functionError, undefined);
    assert.ok(first.report.initMs! > 0);
    assert.equal(first.report.billedMs, Math.ceil(first.report.durationMs + first.report.initMs!));
    const second = await bench.call(spec, { a: 2 });
    assert.equal((json(second) as { n: number }).n, 2);
    assert.equal(second.report.initMs, undefined);
    assert.equal(second.environment, first.environment);
    assert.ok(second.report.maxMemoryMiB > 5);
  });
}
