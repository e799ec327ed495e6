import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { clients, deploy } from '../support/deploy.ts';
import { type Platform, root, startPlatform } from '../support/platform.ts';
import { raw } from '../support/raw.ts';
import { eventually, moduleZip, PROCESS_DRIVER } from '../support/sdk.ts';

let platform: Platform;
const CODE = `export const handler = async (event) => {
  console.log('heard', event.word);
  if (event.fail) throw new Error('as asked');
  return { word: event.word };
};`;

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  await deploy(clients(platform.url), 'spoken', await moduleZip(CODE));
});
after(() => platform?.stop());

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

function dalamb(args: readonly string[], { url = platform.url, input = '' } = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { ...process.env, DALAMB_URL: url };
    const child = execFile(
      process.execPath,
      [path.join(root, 'bin/dalamb.mjs'), ...args],
      { env, timeout: 30_000 },
      (failure, out, error) => resolve({ code: failure === null ? 0 : Number(failure.code ?? 1), out, error }),
    );
    child.stdin!.end(input);
  });
}

// biome-ignore lint/suspicious/noExplicitAny: documents of every shape
async function json(...args: string[]): Promise<any> {
  const { code, out, error } = await dalamb([...args, '--json']);
  assert.equal(code, 0, `${args.join(' ')}: ${error}${out}`);
  return JSON.parse(out);
}

test('status, functions, runtimes', async () => {
  const status = await json('status');
  assert.deepEqual(
    [status.status, status.sandbox.driver, status.sandbox.isolation, status.auth],
    ['ok', 'process', false, 'local'],
  );
  assert.match((await dalamb(['status'])).out, /NO ISOLATION/);
  const { functions } = await json('functions');
  assert.deepEqual(
    [functions[0].name, functions[0].runtime, functions[0].memoryMiB, functions.length],
    ['spoken', 'nodejs24.x', 128, 1],
  );
  const { runtimes } = await json('runtimes');
  assert.ok(runtimes.some((one: { name: string; available: boolean }) => one.name === 'nodejs24.x' && one.available));
  const elsewhere = await json('functions', '--env', '999999999999');
  assert.deepEqual(elsewhere.functions, []);
});

test('invoke, with its exit codes', async () => {
  const result = await json('invoke', 'spoken', '--payload', '{"word":"a"}', '--tail');
  assert.deepEqual([result.payload, result.functionError], [{ word: 'a' }, undefined]);
  assert.match(result.log, /heard a/);
  const piped = await dalamb(['invoke', 'spoken', '--payload', '-'], { input: '{"word":"piped"}' });
  assert.deepEqual([piped.code, JSON.parse(piped.out)], [0, { word: 'piped' }]);
  const failed = await dalamb(['invoke', 'spoken', '--payload', '{"fail":true}', '--json']);
  assert.deepEqual([failed.code, JSON.parse(failed.out).payload.errorMessage], [1, 'as asked']);
  const queued = await json('invoke', 'spoken', '--async', '--payload', '{"word":"later"}');
  assert.match(queued.requestId, /^[0-9a-f-]{36}$/);
});

test('logs and events', async () => {
  const lines = await eventually('a line', async () => {
    const { code, out } = await dalamb(['logs', 'spoken', '--filter', 'later', '--json']);
    const found = code === 0 ? JSON.parse(out).lines : [];
    return found.length > 0 ? found : undefined;
  });
  assert.match(lines[0].text, /\tINFO\theard later$/);
  assert.match((await dalamb(['logs', 'spoken'])).out, /^\d{4}-\S+Z START RequestId: /m);
  const books = await eventually('the outcome', async () => {
    const { topics } = await json('events');
    return topics.some((one: { delivered: number }) => one.delivered === 1) ? topics : undefined;
  });
  assert.deepEqual(
    books.map((one: { inFlight: number; failed: number }) => one.inFlight + one.failed),
    books.map(() => 0),
  );
  assert.deepEqual((await json('events', '--failed')).deliveries, []);
});

test('keys', async () => {
  const made = await json('keys', 'create');
  assert.match(made.accessKeyId, /^AKIA/);
  const { keys } = await json('keys', 'list');
  assert.ok(keys.some((one: { accessKeyId: string }) => one.accessKeyId === made.accessKeyId));
  await json('keys', 'revoke', made.accessKeyId);
  assert.deepEqual((await json('keys', 'list')).keys, []);
});

test('failures name the next step: 1 for refused, 2 for wrong usage', async () => {
  const missing = await dalamb(['invoke', 'none']);
  assert.equal(missing.code, 1);
  assert.match(missing.error, /^dalamb: .*\n {2}next: /);
  const nobody = await dalamb(['status'], { url: 'http://127.0.0.1:9' });
  assert.deepEqual([nobody.code, nobody.out], [1, '']);
  assert.match(nobody.error, /next: start the platform with: npm start/);
  const asked = await dalamb(['status', '--json'], { url: 'http://127.0.0.1:9' });
  assert.deepEqual([asked.code, JSON.parse(asked.out).error.code], [1, 'Unreachable']);
  for (const args of [['nonsense'], ['invoke'], ['invoke', 'spoken', '--payload', '{'], ['logs'], ['start', '--nonsense']])
    assert.equal((await dalamb(args)).code, 2, args.join(' '));
  const script = await dalamb(['completion', 'bash']);
  assert.deepEqual([script.code, /complete .*dalamb/.test(script.out)], [0, true]);
});

test('the control API behind it', async () => {
  const status = await raw(platform.url, { path: '/_dalamb/api/v1/status' });
  assert.deepEqual([status.status, status.headers['content-type']], [200, 'application/json']);
  const none = await raw(platform.url, { path: '/_dalamb/api/v1/nothing' });
  assert.deepEqual([none.status, JSON.parse(none.text).error.code], [404, 'NoSuchRoute']);
  const foreign = await raw(platform.url, { path: '/_dalamb/api/v1/status', headers: { origin: 'https://evil.example' } });
  assert.deepEqual([foreign.status, JSON.parse(foreign.text).error.code], [403, 'ForeignOrigin']);
  const rebound = await raw(platform.url, { path: '/_dalamb/api/v1/status', headers: { host: 'evil.example' } });
  assert.equal(rebound.status, 421);
  assert.match(rebound.text, /ForeignHost/);
  const health = await raw(platform.url, { path: '/_dalamb/health' });
  assert.equal(JSON.parse(health.text).status, 'ok');
  const metrics = await raw(platform.url, { path: '/_dalamb/metrics' });
  assert.match(metrics.headers['content-type']!, /^text\/plain/);
  assert.match(metrics.text, /^dalamb_\w+(\{[^}]*\})? \d/m);
  const services = JSON.parse((await raw(platform.url, { path: '/_localstack/health' })).text).services;
  for (const name of ['dynamodb', 'events', 'iam', 'lambda', 's3', 'sqs']) assert.equal(services[name], 'available', name);
});
