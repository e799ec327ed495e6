import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { dalamb } from './command.fixture.ts';

const ok = {
  requestId: 'r',
  status: 'success',
  version: '1',
  payload: { a: 1 },
  log: 'START\nEND',
  durationMs: 1,
  billedMs: 1,
  maxMemoryMiB: 9,
};

test('invoke sends the event and prints the result', async () => {
  const { code, out, sent } = await dalamb(['invoke', 'my fn', '--payload', '{"x":1}', '--qualifier', 'live', '--tail'], {
    'POST /functions/my%20fn/invoke': ok,
  });
  assert.equal(code, 0);
  assert.equal(out, 'START\nEND\n\n{\n  "a": 1\n}\n');
  assert.deepEqual(sent[0]?.body, { payload: { x: 1 }, qualifier: 'live', tail: true });
});

test('a function that failed is exit code 1, and still a result', async () => {
  const { code, out } = await dalamb(['invoke', 'f', '--json'], {
    'POST /functions/f/invoke': { ...ok, functionError: 'Unhandled' },
  });
  assert.equal(code, 1);
  assert.equal(JSON.parse(out).functionError, 'Unhandled');
});

test('events come from standard input, files and names; two at once are wrong usage', async () => {
  const stdin = await dalamb(['invoke', 'f', '--payload', '-'], { 'POST /functions/f/invoke': ok });
  assert.deepEqual(stdin.sent[0]!.body.payload, { from: 'stdin' });
  const made = await dalamb(['invoke', 'f', '--event', 'hello', '--async'], { 'POST /functions/f/events': { requestId: 'id' } });
  assert.deepEqual(made.sent[0]!.body.payload, { hello: 'world' });
  assert.match(made.out, /accepted as id/);
  for (const wrong of [
    ['--event', 'constructor'],
    ['--payload', '{'],
    ['--file', '/nowhere'],
    ['--payload', '1', '--event', 'hello'],
    ['--async', '--tail'],
  ]) {
    const { code, sent } = await dalamb(['invoke', 'f', ...wrong]);
    assert.equal(code, 2, wrong.join(' '));
    assert.equal(sent.length, 0);
  }
});

test('wrong usage is 2, refusals are 1 and name the next step', async () => {
  assert.equal((await dalamb(['nonsense'])).code, 2);
  assert.equal((await dalamb(['invoke'])).code, 2);
  assert.equal((await dalamb(['--help'])).code, 0);
  assert.equal((await dalamb(['--version'])).out, '1.2.3\n');
  const refused = await dalamb(['status']);
  assert.deepEqual([refused.code, refused.err], [1, 'dalamb: no such path (NoSuchRoute)\n  next: look\n']);
  const json = await dalamb(['status', '--json']);
  assert.deepEqual(JSON.parse(json.out), { error: { code: 'NoSuchRoute', message: 'no such path', next: 'look' } });
});

test('a platform that is not there, or is none, is said clearly', async () => {
  const gone = await dalamb(['status'], {
    'GET /status': Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }),
  });
  assert.equal(gone.code, 1);
  assert.match(gone.err, /no answer from http:\/\/platform:4566\/ \(ECONNREFUSED\).*\n {2}next: start the platform/);
  const other = await dalamb(['status'], { 'GET /status': '<html>' });
  assert.match(other.err, /is http:\/\/platform:4566 a dalamb server/);
});

test('functions pages to the end and speaks for the environment asked for', async () => {
  const one = {
    name: 'f',
    arn: 'a',
    runtime: 'nodejs24.x',
    handler: 'h',
    memoryMiB: 128,
    timeoutMs: 3000,
    state: 'Active',
    codeBytes: 1,
    modified: 0,
  };
  const { out, sent } = await dalamb(['functions', '--env', '123456789012', '--url', 'http://other'], {
    'GET /functions': { functions: [one] },
  });
  assert.equal(sent[0]?.url, 'http://other/_dalamb/api/v1/functions?account=123456789012');
  assert.match(out, /^NAME +RUNTIME.*\nf +nodejs24.x +128 MB +3 s +Active/);
});

test('a token goes along, and only as a bearer', async () => {
  const { sent } = await dalamb(['keys', 'list'], { 'GET /keys': { keys: [] } }, { defaults: { url: 'http://p', token: 't0' } });
  assert.equal(sent[0]?.authorization, 'Bearer t0');
});

test('logs ask from the time given, and cannot steer the terminal', async () => {
  const lines = [{ id: '1', time: 0, stream: 's', text: 'red \u001b[31m\u009b' }];
  const { out, sent } = await dalamb(['logs', 'f', '--since', '1h', '--filter', 'x'], { 'GET /logs': { lines } });
  assert.equal(out, '1970-01-01T00:00:00.000Z red �[31m�\n');
  assert.deepEqual(Object.fromEntries(sent[0]!.query), {
    group: '/aws/lambda/f',
    since: '999996400000',
    filter: 'x',
  });
  assert.equal((await dalamb(['logs', 'f', '--since', 'soon'])).code, 2);
  assert.equal((await dalamb(['logs'])).code, 2);
});

test('following shows each line once and ends with its signal', async () => {
  const lines = [{ id: '1', time: 1_000_000_000_000, stream: 's', text: 'once' }];
  const { code, out, sent } = await dalamb(
    ['logs', 'f', '-f', '--json'],
    { 'GET /logs': { lines } },
    { signal: AbortSignal.timeout(1500) },
  );
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out), lines[0]);
  assert.ok(sent.length >= 2);
});

test('events show the books, or deliveries of one kind', async () => {
  const sums = {
    topic: 's3.objects',
    routed: 5,
    unmatched: 0,
    deliveries: 5,
    inFlight: 1,
    delivered: 3,
    failed: 1,
    expired: 0,
    dropped: 0,
    'dead-lettered': 0,
  };
  assert.match((await dalamb(['events'], { 'GET /events': { topics: [sums] } })).out, /s3\.objects +5 +0 +5 +1 +3 +1/);
  const list = await dalamb(['events', '--in-flight'], { 'GET /events/deliveries': { deliveries: [] } });
  assert.match(list.sent[0]!.url, /state=in-flight&limit=100/);
  assert.equal((await dalamb(['events', '--failed', '--expired'])).code, 2);
});

test('check fails on what is wrong, and says so where it cannot look', async () => {
  const checkStore = async (directory: string) => (directory === 'bad' ? ['row 7: checksum'] : []);
  assert.equal((await dalamb(['check', 'good'], {}, { checkStore })).out, 'good is whole\n');
  const bad = await dalamb(['check', 'bad', '--json'], {}, { checkStore });
  assert.deepEqual([bad.code, JSON.parse(bad.out)], [1, { directory: 'bad', problems: ['row 7: checksum'] }]);
  assert.equal((await dalamb(['check', 'd'])).code, 1);
});

test('the completion script is valid and offers commands, options and choices', async () => {
  const { out } = await dalamb(['completion', 'bash']);
  const offer = (...words: string[]) =>
    execFileSync('bash', [
      '-c',
      `${out}\nCOMP_WORDS=(dalamb ${words.join(' ')}); COMP_CWORD=${words.length}; _dalamb; echo "\${COMPREPLY[@]}"`,
    ]).toString();
  assert.match(offer('inv'), /^invoke$/m);
  assert.match(offer('invoke', '--q'), /^--qualifier$/m);
  assert.match(offer('keys', 'rev'), /^revoke$/m);
  assert.equal((await dalamb(['completion', 'powershell'])).code, 2);
});
