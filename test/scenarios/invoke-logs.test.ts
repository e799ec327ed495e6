import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invokeBench } from '../support/invoke-room.ts';

const SOURCE = `
const { execSync } = require('node:child_process');
console.log('loading');
exports.handler = async (e) => {
  console.log('one %d', 1, { a: 1 });
  process.stdout.write('two');
  process.stdout.write(' parts\\nthree\\n');
  console.error(new Error('bad').message);
  console.log('a\\nb');
  if (e.child) execSync('echo from the child', { stdio: 'inherit' });
  if (e.flood) for (let i = 0; i < e.flood; i++) process.stdout.write('x'.repeat(1023) + '\\n');
};`;

test('START, the lines of the function in order, END, REPORT, to the word', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({ 'index.js': SOURCE });
  const { report, logTail } = await bench.call(spec, { child: true }, { logTail: true });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const [stream, lines] = [...bench.logs][0]!;
  assert.match(stream, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  const id = report.requestId;
  const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';
  const expected = [
    /^INIT_START Runtime Version: nodejs:24\.v\d+\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}$/,
    new RegExp(`^${time}\\tundefined\\tINFO\\tloading$`),
    `START RequestId: ${id} Version: $LATEST`,
    new RegExp(`^${time}\\t${id}\\tINFO\\tone 1 { a: 1 }$`),
    'two parts',
    'three',
    new RegExp(`^${time}\\t${id}\\tERROR\\tbad$`),
    new RegExp(`^${time}\\t${id}\\tINFO\\ta\\nb$`),
  ];
  expected.forEach((line, at) => {
    if (typeof line === 'string') assert.equal(lines[at], line);
    else assert.match(lines[at]!, line);
  });
  assert.ok(lines.includes('from the child'));
  const last = lines.filter((line) => /^(END|REPORT)/.test(line));
  assert.equal(last[0], `END RequestId: ${id}`);
  assert.match(
    last[1]!,
    new RegExp(
      `^REPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\tMax Memory Used: \\d+ MB\\tInit Duration: [\\d.]+ ms\\t$`,
    ),
  );
  const tail = Buffer.from(logTail!).toString();
  assert.match(tail, new RegExp(`^START RequestId: ${id}`));
  assert.match(tail, /\nREPORT .*\n$/);
});

test('a second call reports no init, and the tail is the last 4 KB', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({ 'index.js': SOURCE });
  await bench.call(spec);
  const { logTail, report } = await bench.call(spec, { flood: 100 }, { logTail: true });
  assert.equal(logTail!.byteLength, 4096);
  assert.match(Buffer.from(logTail!).toString(), new RegExp(`REPORT RequestId: ${report.requestId}\\t(?!.*Init).*\\t\\n$`));
});

test('a flood is bounded, and what was dropped is said', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({ 'index.js': SOURCE }, { timeoutMs: 20_000 });
  const { functionError, report } = await bench.call(spec, { flood: 40_000 });
  assert.equal(functionError, undefined);
  const lines = [...bench.logs.values()].flat();
  const kept = lines.reduce((sum, line) => sum + line.length + 1, 0);
  const dropped = lines
    .map((line) => Number(/^\[dalamb\] (\d+) bytes of log were dropped/.exec(line)?.[1] ?? 0))
    .reduce((a, b) => a + b, 0);
  assert.ok(dropped > 0);
  assert.ok(kept <= 17 * 2 ** 20 * (1 + report.durationMs / 1000), `${kept}`);
  assert.ok(lines.at(-1)!.startsWith('REPORT'));
});

test('JSON format: system records and levels', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec(
    {
      'index.js':
        'exports.handler = async (e) => { console.info("no"); console.warn("w %s", 1); console.error({ k: 1 }); if (e.fail) throw new TypeError("t") }',
    },
    { logFormat: 'JSON', applicationLogLevel: 'WARN', systemLogLevel: 'WARN' },
  );
  const { report } = await bench.call(spec, { fail: true });
  const records = [...bench.logs.values()].flat().map((line) => JSON.parse(line));
  assert.deepEqual(
    records.map((record) => [record.level ?? record.type, record.message ?? record.errorType ?? record.record.errorType]),
    [
      ['WARN', 'w 1'],
      ['ERROR', { k: 1 }],
      ['ERROR', 'TypeError'],
      ['platform.report', 'TypeError'],
    ],
  );
  assert.equal(records[0].requestId, report.requestId);
  assert.equal(records[3].record.status, 'error');
});
