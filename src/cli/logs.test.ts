import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dalamb } from './command.fixture.ts';

const application = {
  release: {
    processes: [
      { name: 'web', function: 'shop-web' },
      { name: 'mailer', function: 'shop-mailer' },
    ],
  },
};
const line = (id: string, time: number, text: string) => ({ id, time, stream: 's', text });
const LOGS = {
  '/aws/lambda/shop-web': [line('1', 1000, 'one'), line('2', 3000, 'three')],
  '/aws/lambda/shop-mailer': [line('1', 2000, 'two \u001b[31m')],
};
const SINCE = ['--since', '1970-01-01T00:00:00Z'];

const answers = {
  'GET /apps/shop': application,
  'GET /logs': (_body: unknown, query: URLSearchParams) => {
    const lines = LOGS[query.get('group') as keyof typeof LOGS];
    return { lines: lines.filter(({ time }) => time >= Number(query.get('since'))) };
  },
};

test('the lines of all processes of an application come in the order of time', async () => {
  const { out, sent, code } = await dalamb(['logs', '--app', 'shop', ...SINCE, '--filter', 'x'], answers);
  assert.equal(code, 0);
  assert.equal(
    out,
    [
      '1970-01-01T00:00:01.000Z web | one',
      '1970-01-01T00:00:02.000Z mailer | two �[31m',
      '1970-01-01T00:00:03.000Z web    | three\n',
    ].join('\n'),
  );
  assert.deepEqual(
    sent.slice(1).map(({ query }) => [query.get('group'), query.get('filter')]),
    [
      ['/aws/lambda/shop-web', 'x'],
      ['/aws/lambda/shop-mailer', 'x'],
    ],
  );
  const remoteUrl = async () => 'http://h/_dalamb/git/shop.git';
  assert.equal((await dalamb(['logs', ...SINCE], answers, { remoteUrl })).out, out);
});

test('processes have colours on a terminal, and none in JSON', async () => {
  const { out } = await dalamb(['logs', '--app', 'shop', ...SINCE], answers, { colour: true });
  assert.match(out, /^\u001b\[36m\S+ web \|\u001b\[0m one\n\u001b\[33m\S+ mailer \|\u001b\[0m two/);
  const json = await dalamb(['logs', '--app', 'shop', ...SINCE, '--json'], answers, { colour: true });
  assert.deepEqual(
    JSON.parse(json.out).lines.map((one: { process: string }) => one.process),
    ['web', 'mailer', 'web'],
  );
  assert.ok(!json.out.includes('\u001b'));
});

test('one process of them, and one that is not there', async () => {
  assert.equal((await dalamb(['logs', '--app', 'shop', '--process', 'mailer'], answers)).sent.length, 2);
  const none = await dalamb(['logs', '--app', 'shop', '--process', 'nobody'], answers);
  assert.deepEqual([none.code, /no process nobody in shop/.test(none.err)], [1, true]);
  assert.equal((await dalamb(['logs', 'f', '--process', 'web'], answers)).code, 2);
});

test('processes in development have logs too', async () => {
  const developed = [{ name: 'web', function: 'shop-web' }];
  const { out } = await dalamb(['logs', '--app', 'shop', ...SINCE], { ...answers, 'GET /apps/shop': { developed } });
  assert.match(out, /web \| one/);
});

test('a process that was never called has no log group yet: that is no error in an application', async () => {
  const quiet = { ...answers, 'GET /logs': undefined };
  const missing = { error: { code: 'NoSuchThing', message: 'no such thing' } };
  const refused = () => Response.json(missing, { status: 404 });
  assert.deepEqual(await said(['logs', '--app', 'shop'], { ...quiet, 'GET /logs': refused }), [0, '']);
  assert.equal((await said(['logs', 'f'], { 'GET /logs': refused }))[0], 1);
});

async function said(words: readonly string[], given: Readonly<Record<string, unknown>>) {
  const { code, out } = await dalamb(words, given);
  return [code, out];
}

test('following an application shows each line once, also those with the same id in two groups', async () => {
  const { code, out } = await dalamb(['logs', '--app', 'shop', ...SINCE, '-f'], answers, { signal: AbortSignal.timeout(1200) });
  assert.equal(code, 0);
  assert.equal(out.trimEnd().split('\n').length, 3);
});
