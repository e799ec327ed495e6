import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionSpec } from '../../src/model/index.ts';
import { invokeBench, json } from '../support/invoke-room.ts';

for (const runtime of ['nodejs22.x', 'nodejs24.x', 'nodejs26.x']) {
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

interface Style {
  readonly name: string;
  readonly files: Record<string, string>;
  readonly more?: Partial<FunctionSpec>;
  readonly answer: unknown;
}

const styles: readonly Style[] = [
  { name: 'sync return', files: { 'index.js': 'exports.handler = (e) => ({ got: e.x })' }, answer: { got: 1 } },
  {
    name: 'callback',
    files: { 'index.js': 'exports.handler = (e, c, cb) => setTimeout(() => cb(null, e.x + 1), 5)' },
    answer: 2,
  },
  {
    name: 'callback waits for the event loop',
    files: { 'index.js': 'exports.handler = (e, c, cb) => { const v = []; cb(null, v); setTimeout(() => v.push("late"), 20) }' },
    answer: ['late'],
  },
  {
    name: 'callback that does not wait',
    files: {
      'index.js':
        'exports.handler = (e, c, cb) => { c.callbackWaitsForEmptyEventLoop = false; const v = []; cb(null, v); setTimeout(() => v.push(1), 20) }',
    },
    answer: [],
  },
  { name: 'context.succeed', files: { 'index.js': 'exports.handler = (e, c) => { c.succeed("yes") }' }, answer: 'yes' },
  { name: 'context.done', files: { 'index.js': 'exports.handler = (e, c) => { c.done(null, 7) }' }, answer: 7 },
  { name: 'nothing at all', files: { 'index.js': 'exports.handler = () => {}' }, answer: null },
  { name: 'a promise that never settles', files: { 'index.js': 'exports.handler = () => new Promise(() => {})' }, answer: null },
  { name: 'undefined', files: { 'index.js': 'exports.handler = async () => undefined' }, answer: null },
  {
    name: 'mjs',
    files: { 'index.mjs': 'export const handler = async () => import.meta.url.endsWith("index.mjs")' },
    answer: true,
  },
  {
    name: 'mjs with top-level await',
    files: { 'index.mjs': 'const v = await Promise.resolve(5); export const handler = async () => v' },
    answer: 5,
  },
  {
    name: 'ES module by package.json',
    files: { 'package.json': '{"type":"module"}', 'index.js': 'export async function handler() { return "esm" }' },
    answer: 'esm',
  },
  {
    name: 'ES module syntax in a plain .js',
    files: { 'index.js': 'export const handler = async () => "detected"' },
    answer: 'detected',
  },
  { name: 'cjs', files: { 'index.cjs': 'exports.handler = async () => "cjs"' }, answer: 'cjs' },
  {
    name: 'nested path',
    files: { 'a/b.js': 'exports.h = async () => __dirname.endsWith("/a")' },
    more: { handler: 'a/b.h' },
    answer: true,
  },
  {
    name: 'nested export',
    files: { 'index.js': 'exports.x = { y: async () => "deep" }' },
    more: { handler: 'index.x.y' },
    answer: 'deep',
  },
  {
    name: 'dependencies',
    files: {
      'node_modules/dep/index.js': 'module.exports = 42',
      'index.js': 'const d = require("dep"); exports.handler = async () => d',
    },
    answer: 42,
  },
  {
    name: 'default export of a CommonJS module imported',
    files: { 'index.mjs': 'import dep from "./dep.cjs"; export const handler = async () => dep.v', 'dep.cjs': 'exports.v = 3' },
    answer: 3,
  },
];

test('handler styles of Node.js', async (t) => {
  const bench = await invokeBench(t, { settings: { ready: 1 } });
  for (const style of styles) {
    const spec = await bench.spec(style.files, style.more);
    const outcome = await bench.call(spec, { x: 1 });
    assert.deepEqual(json(outcome), style.answer, style.name);
    assert.equal(outcome.functionError, undefined, style.name);
  }
});

test('the context object is complete', async (t) => {
  const bench = await invokeBench(t);
  const source = `exports.handler = async (event, context) => ({
    members: Object.keys(context).sort(), left: context.getRemainingTimeInMillis(), context,
  })`;
  const spec = await bench.spec({ 'index.js': source }, { version: '7', memoryMiB: 256 });
  const outcome = await bench.call(
    spec,
    {},
    { clientContext: '{"custom":\n{"k":"v"}}', invokedArn: `${spec.arn}:live`, traceId: 'Root=1-1-1' },
  );
  const { left, context, members } = json(outcome) as { left: number; context: Record<string, unknown>; members: string[] };
  assert.ok(left > 1000 && left <= 3000, `${left}`);
  assert.deepEqual(
    members,
    [
      'awsRequestId',
      'callbackWaitsForEmptyEventLoop',
      'clientContext',
      'done',
      'fail',
      'functionName',
      'functionVersion',
      'getRemainingTimeInMillis',
      'identity',
      'invokedFunctionArn',
      'logGroupName',
      'logStreamName',
      'memoryLimitInMB',
      'succeed',
    ].sort(),
  );
  assert.equal(context.functionVersion, '7');
  assert.equal(context.memoryLimitInMB, '256');
  assert.equal(context.invokedFunctionArn, `${spec.arn}:live`);
  assert.deepEqual(context.clientContext, { custom: { k: 'v' } });
  assert.match(String(context.logStreamName), /^\d{4}\/\d{2}\/\d{2}\/\[7\][0-9a-f]{32}$/);
});

test('the environment of a function', async (t) => {
  const bench = await invokeBench(t);
  const spec = await bench.spec(
    {
      'index.js':
        'const atLoad = process.env.MINE; exports.handler = async () => ({ atLoad, env: process.env, cwd: process.cwd() })',
    },
    { variables: { MINE: 'yes', TZ: 'America/New_York' } },
  );
  const { atLoad, env, cwd } = json(await bench.call(spec, {}, { traceId: 'Root=1-2-3;Sampled=0' })) as {
    atLoad: string;
    env: Record<string, string>;
    cwd: string;
  };
  assert.equal(atLoad, 'yes');
  assert.equal(env.TZ, 'America/New_York');
  assert.equal(cwd, env.LAMBDA_TASK_ROOT);
  assert.equal(env._HANDLER, 'index.handler');
  assert.equal(env.AWS_EXECUTION_ENV, 'AWS_Lambda_nodejs24.x');
  assert.equal(env._X_AMZN_TRACE_ID, 'Root=1-2-3;Sampled=0');
  assert.match(env.AWS_LAMBDA_RUNTIME_API!, /^[\d.]+:\d+$/);
  assert.match(env.AWS_ENDPOINT_URL!, /^http:\/\/[\d.]+:\d+$/);
  assert.equal(env.AWS_ACCESS_KEY_ID, 'ASIATEST');
  assert.equal(env.DALAMB_CHANNEL, undefined);
});

const failures: readonly { name: string; source: string; handler?: string; type: string; message: RegExp | string }[] = [
  { name: 'a throw', source: 'exports.handler = async () => { throw new TypeError("no") }', type: 'TypeError', message: 'no' },
  { name: 'a sync throw', source: 'exports.handler = () => { throw new RangeError("r") }', type: 'RangeError', message: 'r' },
  { name: 'no error', source: 'exports.handler = async () => { throw "text" }', type: 'string', message: 'text' },
  { name: 'callback', source: 'exports.handler = (e, c, cb) => cb(new Error("cb"))', type: 'Error', message: 'cb' },
  {
    name: 'missing',
    source: 'exports.other = 1',
    type: 'Runtime.HandlerNotFound',
    message: 'index.handler is undefined or not exported',
  },
  { name: 'syntax', source: 'exports.handler = (', type: 'Runtime.UserCodeSyntaxError', message: /^SyntaxError: / },
  {
    name: 'import',
    source: 'require("nope")',
    type: 'Runtime.ImportModuleError',
    message: /^Error: Cannot find module 'nope'\nRequire stack:\n- /,
  },
  { name: 'throw at load', source: 'throw new Error("load")', type: 'Error', message: 'load' },
  {
    name: 'no module',
    source: '',
    handler: 'gone.handler',
    type: 'Runtime.ImportModuleError',
    message: /^Error: Cannot find module/,
  },
  { name: 'no dot', source: '', handler: 'index', type: 'Runtime.MalformedHandlerName', message: 'Bad handler' },
  {
    name: 'cycle',
    source: 'exports.handler = async () => { const a = {}; a.a = a; return a }',
    type: 'TypeError',
    message: /^Unable to stringify response body: /,
  },
];

test('errors of Node.js, as the caller sees them', async (t) => {
  const bench = await invokeBench(t, { settings: { ready: 1 } });
  for (const { name, source, handler, type, message } of failures) {
    const spec = await bench.spec({ 'index.js': source }, { handler: handler ?? 'index.handler' });
    const outcome = await bench.call(spec);
    const error = json(outcome) as { errorType: string; errorMessage: string; trace: string[] };
    assert.equal(outcome.functionError, 'Unhandled', name);
    assert.equal(error.errorType, type, name);
    if (typeof message === 'string') assert.equal(error.errorMessage, message, name);
    else assert.match(error.errorMessage, message, name);
    if (name === 'syntax') assert.match(error.trace[1]!, /^ {4}at \/\S*\/index\.js:1$/);
    assert.deepEqual(Object.keys(error), ['errorType', 'errorMessage', 'trace'], name);
    assert.equal(outcome.report.status, 'error');
  }
});

test('what nobody catches fails the call and the next one has a new process', async (t) => {
  const bench = await invokeBench(t);
  const source = `let n = 0;
    exports.handler = async (e) => { n++;
      if (e.how === 'reject') Promise.reject(new Error('lost'));
      if (e.how === 'throw') setTimeout(() => { throw new Error('thrown') }, 1);
      if (e.how) await new Promise((r) => setTimeout(r, 1000));
      return n; }`;
  const spec = await bench.spec({ 'index.js': source });
  assert.equal(json(await bench.call(spec)), 1);
  const rejected = await bench.call(spec, { how: 'reject' });
  assert.equal((json(rejected) as { errorType: string }).errorType, 'Runtime.UnhandledPromiseRejection');
  assert.equal((json(rejected) as { errorMessage: string }).errorMessage, 'Error: lost');
  const again = await bench.call(spec);
  assert.equal(json(again), 1);
  assert.equal(again.environment, rejected.environment);
  assert.equal((json(await bench.call(spec, { how: 'throw' })) as { errorMessage: string }).errorMessage, 'thrown');
  assert.equal(json(await bench.call(spec)), 1);
});
