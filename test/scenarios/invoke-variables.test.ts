import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invokeBench, json } from '../support/invoke-room.ts';

/** Each setting that is read only at process start must have its effect, in a room that would have a booted process ready. */
const nodeCases: readonly {
  variables: Record<string, string>;
  files?: Record<string, string>;
  source: string;
  answer: unknown;
}[] = [
  { variables: { NODE_OPTIONS: '--stack-trace-limit=3' }, source: 'Error.stackTraceLimit', answer: 3 },
  { variables: { LANG: 'de_DE.UTF-8' }, source: 'new Intl.NumberFormat().resolvedOptions().locale', answer: 'de-DE' },
  { variables: { LC_ALL: 'fr_FR.UTF-8' }, source: 'new Intl.NumberFormat().resolvedOptions().locale', answer: 'fr-FR' },
  { variables: { UV_THREADPOOL_SIZE: '1' }, source: 'process.env.UV_THREADPOOL_SIZE', answer: '1' },
  { variables: { TZ: 'Asia/Tokyo' }, source: 'new Date(0).getHours()', answer: 9 },
  { variables: { NODE_PATH: '/nowhere' }, source: 'require("node:module").globalPaths.includes("/nowhere")', answer: true },
  { variables: { NODE_EXTRA_CA_CERTS: '/nowhere.pem' }, source: 'process.env.NODE_EXTRA_CA_CERTS', answer: '/nowhere.pem' },
];

test('Node.js: variables that are read at process start', async (t) => {
  const bench = await invokeBench(t, { settings: { ready: 1, readyAtStart: [{ runtime: 'nodejs24.x', memoryMiB: 128 }] } });
  for (const { variables, source, answer } of nodeCases) {
    const spec = await bench.spec({ 'index.js': `exports.handler = async () => (${source})` }, { variables });
    assert.deepEqual(json(await bench.call(spec)), answer, JSON.stringify(variables));
  }
});

test('the heap limit follows the memory of the function', async (t) => {
  const bench = await invokeBench(t);
  const source = 'const v8 = require("node:v8"); exports.handler = async () => v8.getHeapStatistics().heap_size_limit / 2 ** 20';
  for (const memoryMiB of [128, 512, 1769]) {
    const limit = json(await bench.call(await bench.spec({ 'index.js': source }, { memoryMiB }))) as number;
    assert.ok(limit > memoryMiB * 0.6 && limit < memoryMiB * 1.4 + 64, `${memoryMiB}: ${limit}`);
  }
});

test('LD_PRELOAD and LD_LIBRARY_PATH are there when the process starts', async (t) => {
  const bench = await invokeBench(t);
  const source = 'exports.handler = async () => require("fs").readFileSync("/proc/self/environ", "latin1").split("\\0")';
  const variables = { LD_PRELOAD: '', LD_LIBRARY_PATH: '/opt/mine' };
  const environ = json(await bench.call(await bench.spec({ 'index.js': source }, { variables }))) as string[];
  assert.ok(environ.includes('LD_LIBRARY_PATH=/opt/mine'));
});

test('AWS_LAMBDA_EXEC_WRAPPER runs with the original command line; a missing one exits 127', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec({
    'index.js': 'exports.handler = async () => process.env.WRAPPED',
    'wrap.sh': '#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n',
  });
  const wrapper = `${bench.directory}/${spec.code}/wrap.sh`;
  const wrapped = { ...spec, identity: 'wrapped', variables: { AWS_LAMBDA_EXEC_WRAPPER: wrapper } };
  assert.equal(json(await bench.call(wrapped)), 'yes');
  const missing = { ...spec, identity: 'missing', variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/gone' } };
  const outcome = await bench.call(missing);
  assert.deepEqual(json(outcome), {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${outcome.report.requestId} Error: Runtime exited with error: exit status 127`,
  });
});

test('Python: variables that are read at process start', async (t) => {
  const bench = await invokeBench(t, { settings: { ready: 1 } });
  const python = { runtime: 'python3.11', handler: 'index.handler' };
  const dependency = await bench.tree({ 'extra.py': 'value = "from PYTHONPATH"' });
  const withPath = await bench.spec(
    { 'index.py': 'import extra\ndef handler(e, c): return extra.value' },
    { ...python, variables: { PYTHONPATH: `${bench.directory}/${dependency}` } },
  );
  assert.equal(json(await bench.call(withPath)), 'from PYTHONPATH');
  const hashed = await bench.spec(
    { 'index.py': 'import sys\ndef handler(e, c): return sys.flags.hash_randomization' },
    { ...python, variables: { PYTHONHASHSEED: '0' } },
  );
  assert.equal(json(await bench.call(hashed)), 0);
  const zone = await bench.spec(
    { 'index.py': 'import time\ndef handler(e, c): return time.localtime(0).tm_hour' },
    { ...python, variables: { TZ: 'Asia/Tokyo' } },
  );
  assert.equal(json(await bench.call(zone)), 9);
});
