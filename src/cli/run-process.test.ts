import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dalamb } from './command.fixture.ts';

const result = {
  requestId: 'r',
  status: 'success',
  version: '3',
  payload: { ok: true },
  log: 'START RequestId: r Version: 3\nhello \u001b[31m\nEND RequestId: r\nREPORT RequestId: r\tDuration: 1 ms\n',
  durationMs: 12.345,
  billedMs: 13,
  maxMemoryMiB: 40,
};
const RUN = 'POST /functions/shop-web/invoke';

test('run calls what is live, answers on stdout and says the rest on stderr', async () => {
  const { code, out, err, sent } = await dalamb(['run', 'web', '{"a":1}', '--app', 'shop'], { [RUN]: result });
  assert.equal(code, 0);
  assert.deepEqual(sent[0]!.body, { payload: { a: 1 }, qualifier: 'live', tail: true });
  assert.equal(out, '{\n  "ok": true\n}\n');
  assert.equal(err, 'hello �[31m\nshop-web version 3 answered in 12.35 ms, 40 MB\n');
  const piped = await dalamb(['run', 'web', '-', '--app', 'shop'], { [RUN]: result });
  assert.deepEqual(piped.sent[0]!.body.payload, { from: 'stdin' });
  assert.deepEqual((await dalamb(['run', 'web', '--app', 'shop'], { [RUN]: result })).sent[0]!.body.payload, {});
});

test('a function that failed ends with 1, and its answer is still printed', async () => {
  const failed = { ...result, functionError: 'Unhandled', payload: { errorMessage: 'bad' }, initMs: 80.4 };
  const { code, out, err } = await dalamb(['run', 'web', '--app', 'shop'], { [RUN]: failed });
  assert.deepEqual([code, JSON.parse(out)], [1, { errorMessage: 'bad' }]);
  assert.match(err, /failed \(Unhandled\) in 12.35 ms, init 80 ms/);
  const json = await dalamb(['run', 'web', '--app', 'shop', '--json'], { [RUN]: failed });
  assert.deepEqual([json.code, JSON.parse(json.out).payload, json.err], [1, { errorMessage: 'bad' }, '']);
});

test('a log that was cut says so', async () => {
  const { err } = await dalamb(['run', 'web', '--app', 'shop'], { [RUN]: { ...result, log: 'x'.repeat(4096) } });
  assert.match(err, /^\(only the end of the log; all of it: dalamb logs shop-web\)\n/);
});

test('samples are printed, listed, and run', async () => {
  const answers = {
    'GET /samples': { sources: ['s3', 'http'] },
    'GET /samples/http': { event: { version: '2.0' } },
    [RUN]: result,
  };
  assert.equal((await dalamb(['sample'], answers)).out, 's3\nhttp\n');
  assert.deepEqual(JSON.parse((await dalamb(['sample', 'http'], answers)).out), { version: '2.0' });
  const { sent } = await dalamb(['run', 'web', '--sample', 'http', '--app', 'shop'], answers);
  assert.deepEqual(sent[1]!.body.payload, { version: '2.0' });
});

test('wrong usage sends nothing', async () => {
  for (const wrong of [['{'], ['{}', '--sample', 'http']]) {
    const { code, sent } = await dalamb(['run', 'web', ...wrong, '--app', 'shop']);
    assert.deepEqual([code, sent.length], [2, 0], wrong.join(' '));
  }
});
