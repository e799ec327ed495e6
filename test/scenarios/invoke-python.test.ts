import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { findRuntimes } from '../../src/invoke/index.ts';
import { invokeBench, json } from '../support/invoke-room.ts';

const { entries } = await findRuntimes({ installation: path.resolve(import.meta.dirname, '../..') });
const runtime = [...entries.keys()].find((name) => name.startsWith('python')) ?? 'none';
const options = { skip: runtime === 'none' && 'no Python on this machine' };
const python = { runtime, handler: 'index.handler' };

test('Python: answers, context, variables, reuse', options, async (t) => {
  const bench = await invokeBench(t, { settings: { ready: 1 } });
  const source = `
import os, json, decimal
at_load = os.environ['MINE']
n = 0
def handler(event, context):
    global n
    n += 1
    return {'n': n, 'event': event, 'id': context.aws_request_id, 'left': context.get_remaining_time_in_millis(), 'mine': at_load,
      'memory': context.memory_limit_in_mb, 'custom': context.client_context.custom if context.client_context else None,
      'cwd': os.getcwd() == os.environ['LAMBDA_TASK_ROOT'], 'd': decimal.Decimal('1.5'), 'env': os.environ['AWS_EXECUTION_ENV'], 'ü': 'ß'}
`;
  const spec = await bench.spec({ 'index.py': source }, { ...python, variables: { MINE: 'm' } });
  const first = await bench.call(spec, { a: ['ü'] }, { clientContext: '{"custom":{"k":1}}' });
  const { left, ...rest } = json(first) as { left: number };
  assert.ok(left > 1000 && left <= 3000);
  assert.deepEqual(rest, {
    n: 1,
    event: { a: ['ü'] },
    id: first.report.requestId,
    mine: 'm',
    memory: '128',
    custom: { k: 1 },
    cwd: true,
    d: 1.5,
    env: `AWS_Lambda_${runtime}`,
    ü: 'ß',
  });
  const second = await bench.call(spec, {});
  assert.equal((json(second) as { n: number }).n, 2);
  assert.equal(second.report.initMs, undefined);
  assert.equal(
    json(await bench.call(await bench.spec({ 'index.py': 'handler = lambda e, c: len(e)' }, python), 'x'.repeat(5_000_000))),
    5_000_000,
  );
});

test('Python: modules of folders, packages, layers', options, async (t) => {
  const bench = await invokeBench(t);
  const layer = await bench.tree({ 'python/shared.py': 'value = 42' });
  const files = {
    'pkg/mod.py': 'import shared\ndef run(e, c): return shared.value',
    'errors.py': 'x = 1',
    'own.py': 'import errors\ndef h(e, c): return errors.x',
  };
  const spec = await bench.spec(files, { ...python, handler: 'pkg/mod.run', layers: [layer] });
  assert.equal(json(await bench.call(spec)), 42);
  const own = await bench.spec(files, { ...python, handler: 'own.h' });
  assert.equal(json(await bench.call(own)), 1, "the function's module wins over the runtime's of the same name");
});

const cases: readonly { source: string; handler?: string; type: string; message: RegExp; init?: boolean }[] = [
  { source: 'def handler(e, c): raise ValueError("boom")', type: 'ValueError', message: /^boom$/ },
  {
    source: 'import nope',
    type: 'Runtime.ImportModuleError',
    message: /^Unable to import module 'index': No module named 'nope'$/,
    init: true,
  },
  { source: 'x = 1', type: 'Runtime.HandlerNotFound', message: /^Handler 'handler' missing on module 'index'$/, init: true },
  {
    source: '',
    handler: 'index',
    type: 'Runtime.MalformedHandlerName',
    message: /^Bad handler 'index': not enough values/,
    init: true,
  },
  { source: 'def handler(:', type: 'Runtime.UserCodeSyntaxError', message: /^Syntax error in module 'index': /, init: true },
  { source: 'def handler(e, c): return {1, 2}', type: 'Runtime.MarshalError', message: /not JSON serializable$/ },
  { source: '1 / 0', type: 'ZeroDivisionError', message: /division by zero/, init: true },
];

test('Python: errors, as the caller sees them', options, async (t) => {
  const bench = await invokeBench(t, { settings: { ready: 1 } });
  for (const { source, handler, type, message, init } of cases) {
    const spec = await bench.spec({ 'index.py': source }, { ...python, handler: handler ?? 'index.handler' });
    const outcome = await bench.call(spec);
    const error = json(outcome) as { errorType: string; errorMessage: string; requestId: string; stackTrace: string[] };
    assert.deepEqual(Object.keys(error), ['errorMessage', 'errorType', 'requestId', 'stackTrace']);
    assert.equal(error.errorType, type);
    assert.match(error.errorMessage, message);
    assert.equal(error.requestId, init ? '' : outcome.report.requestId);
    if (type === 'ValueError') assert.match(error.stackTrace[0]!, /^ {2}File ".*index\.py", line 1, in handler\n/);
  }
});

test('Python: exits', options, async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({ 'index.py': 'import sys\ndef handler(e, c):\n  print("bye", end="")\n  sys.exit(e)' }, python);
  const outcome = await bench.call(spec, 4, { logTail: true });
  assert.match((json(outcome) as { errorMessage: string }).errorMessage, /Runtime exited with error: exit status 4$/);
  assert.match(Buffer.from(outcome.logTail!).toString(), /\nbye\nEND /);
  assert.match(
    (json(await bench.call(spec, 0)) as { errorMessage: string }).errorMessage,
    /Runtime exited without providing a reason$/,
  );
});

test('Python: print, logging and errors are log events in order', options, async (t) => {
  const bench = await invokeBench(t);
  const source = `
import logging, sys
logging.getLogger().setLevel(logging.INFO)
def handler(e, c):
    print('one')
    logging.info('two %s', 2)
    sys.stderr.write('three\\n')
    logging.debug('never')
    raise KeyError('k')
`;
  const spec = await bench.spec({ 'index.py': source }, python);
  const { report } = await bench.call(spec);
  const lines = [...bench.logs.values()].flat();
  const at = lines.indexOf(`START RequestId: ${report.requestId} Version: $LATEST`);
  assert.equal(lines[at + 1], 'one');
  assert.match(
    lines[at + 2]!,
    new RegExp(`^\\[INFO\\]\\t\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\\t${report.requestId}\\ttwo 2$`),
  );
  assert.equal(lines[at + 3], 'three');
  assert.match(lines[at + 4]!, /^\[ERROR\] KeyError: 'k'\nTraceback \(most recent call last\):\n\u00a0\u00a0File /);
  assert.equal(lines[at + 5], `END RequestId: ${report.requestId}`);
});

test('Python: JSON logs', options, async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec(
    { 'index.py': 'import logging\ndef handler(e, c):\n  logging.info("no")\n  logging.warning("yes", extra={"k": 1})' },
    { ...python, logFormat: 'JSON', applicationLogLevel: 'WARN' },
  );
  const { report } = await bench.call(spec);
  const records = [...bench.logs.values()].flat().map((line) => JSON.parse(line));
  assert.deepEqual(
    records.map(({ type, level }) => type ?? level),
    ['platform.initStart', 'platform.start', 'WARNING', 'platform.report'],
  );
  assert.equal(records[2].message, 'yes');
  assert.equal(records[2].k, 1);
  assert.equal(records[2].requestId, report.requestId);
});
