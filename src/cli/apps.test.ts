import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answers, dalamb, NOW } from './command.fixture.ts';

const ROLE = 'arn:aws:iam::000000000000:role/runner';
const application = { name: 'shop', home: '000000000000', region: 'us-east-1', branch: 'main', createdAt: NOW, createdBy: 'ann' };
const stage = { app: 'shop', account: '000000000000', region: 'us-east-1', role: ROLE, next: 5, current: 4 };
const release = {
  number: 4,
  description: 'Deploy 1a2b3c4',
  author: 'ann',
  createdAt: NOW - 65_000,
  state: 'current',
  commit: '1a2b3c4',
  config: ['GREETING'],
  processes: [
    {
      name: 'web',
      function: 'shop-web',
      runtime: 'nodejs26.x',
      handler: 'web.handler',
      memoryMiB: 256,
      timeoutSeconds: 10,
      sources: [{ source: 'http:GET /', where: { a: [1] } }],
    },
  ],
};
const here = { application, stage, release, urls: ['GET / http://api'] };
const released = { release, urls: ['GET / http://api'], lines: ['shop-web version 3'] };

/** In a folder whose git remote dalamb is the application's. */
const inFolder = (line: readonly string[], answers: Answers = {}, more: { readonly stdin?: string } = {}) =>
  dalamb(line, answers, {
    ...more,
    remoteUrl: async (remote) => (remote === 'dalamb' ? 'http://h/_dalamb/git/shop.git' : undefined),
  });

test('applications are created, listed, and destroyed only when it is said twice', async () => {
  const made = await dalamb(['create', 'shop', '--role', ROLE], { 'POST /apps': { application, stage } });
  assert.deepEqual(made.sent[0]!.body, { name: 'shop', role: ROLE, branch: 'main' });
  assert.match(made.out, /next: dalamb git:remote shop && git push dalamb main/);
  assert.equal((await dalamb(['create', 'shop'])).code, 2);
  assert.match((await dalamb(['apps'], { 'GET /apps': { apps: [stage] } })).out, /shop +v4 +arn:aws:iam/);
  assert.match((await dalamb(['apps'], { 'GET /apps': { apps: [] } })).out, /dalamb create APP --role ARN/);
  assert.equal((await dalamb(['destroy', 'shop'])).code, 2);
  const gone = await dalamb(['destroy', 'shop', '--confirm', 'shop'], {
    'DELETE /apps/shop': { destroyed: 'shop', kept: 'logs' },
  });
  assert.equal(gone.sent[0]!.query.get('confirm'), 'shop');
  assert.equal(gone.out, 'destroyed shop; kept: logs\n');
});

test('the application is that of --app, else that of the git remote', async () => {
  const { out } = await inFolder(['ps'], { 'GET /apps/shop': here });
  assert.match(out, /web +shop-web +nodejs26.x +web.handler +256 MB +10 s +http:GET \//);
  assert.equal((await inFolder(['--app', 'other', 'ps'], { 'GET /apps/other': here })).code, 0);
  const lost = await dalamb(['ps'], {}, { remoteUrl: async () => undefined });
  assert.deepEqual([lost.code, /--app APP/.test(lost.err)], [2, true]);
  assert.equal((await inFolder(['open'], { 'GET /apps/shop': here })).out, 'GET / http://api\n');
  const none = { ...here, application: { ...application, branch: 'trunk' }, release: undefined };
  assert.equal((await inFolder(['ps'], { 'GET /apps/shop': none })).out, 'no processes yet: git push dalamb trunk\n');
});

test('releases read like a changelog, and are shown, compared, rolled back and promoted', async () => {
  const failed = { ...release, number: 3, state: 'failed', failure: 'no such table' };
  const { out } = await inFolder(['releases'], { 'GET /apps/shop/releases': { releases: [release, failed] } });
  assert.match(out, /v4 +current +Deploy 1a2b3c4 +ann +1m 5s ago\nv3 +failed +Deploy 1a2b3c4: no such table/);
  const long = await inFolder(['releases'], {
    'GET /apps/shop/releases': { releases: [{ ...failed, failure: 'x'.repeat(300) }] },
  });
  assert.match(long.out, /x{50,}… +ann/);
  const many = Array.from({ length: 50 }, (_, i) => ({ ...release, number: 99 - i }));
  const page = await inFolder(['releases'], { 'GET /apps/shop/releases': { releases: many } });
  assert.match(page.out, /older ones: dalamb releases --before v50\n$/);
  assert.ok(Math.max(...long.out.split('\n').map((line) => line.length)) < 150);
  assert.match((await inFolder(['releases:show', 'v4'], { 'GET /apps/shop/releases/v4': release })).out, /variables: GREETING/);
  const differences = [
    { what: 'config GREETING', before: '(set)', after: '(another value)' },
    { what: 'commit', after: 'c' },
  ];
  const diff = await inFolder(['releases:diff', 'v3', 'v4'], { 'GET /apps/shop/diff': { differences } });
  assert.equal(diff.out, 'config GREETING: (set) → (another value)\ncommit: (none) → c\n');
  const rollback = { to: 2, differences: [differences[0]], stays: ['bucket photos'], streams: ['work kinesis:clicks'] };
  const answers = { 'GET /apps/shop/rollback': rollback, 'POST /apps/shop/rollback': released };
  const told = `back to v2:
config GREETING: (set) → (another value)
data stays as it is: bucket photos
streams go on where they are, but with --streams: work kinesis:clicks
`;
  const back = await inFolder(['rollback', 'v2', '--streams'], answers);
  assert.deepEqual(back.sent.at(-1)!.body, { to: 2, streams: true });
  assert.equal(back.out, `${told}shop-web version 3\nv4: Deploy 1a2b3c4\nGET / http://api\n`);
  const plan = await inFolder(['rollback', '--plan'], answers);
  assert.deepEqual([plan.out, plan.sent.length], [told, 1]);
  const promoted = { ...released, missing: ['A'], extra: ['B'] };
  const there = await inFolder(['promote', '--to', 'prod'], { 'POST /apps/shop/promote': promoted });
  assert.match(there.out, /not set there: A\nset only there: B\n$/);
});

test('variables are set, got, unset and cleared', async () => {
  const answers = { 'GET /apps/shop/config': { config: { B: '2', A: '1' } }, 'PUT /apps/shop/config': released };
  assert.equal((await inFolder(['config'], answers)).out, 'NAME  VALUE\nA     1\nB     2\n');
  assert.equal((await inFolder(['config:get', 'A'], answers)).out, '1\n');
  assert.equal((await inFolder(['config:get', 'C'], answers)).code, 1);
  const set = await inFolder(['config:set', 'A=x=y', 'C='], answers);
  assert.deepEqual(set.sent[0]!.body, { set: { A: 'x=y', C: '' } });
  assert.equal((await inFolder(['config:set', 'A'], answers)).code, 2);
  assert.equal((await inFolder(['config:set'], answers)).code, 2);
  assert.deepEqual((await inFolder(['config:unset', 'A', 'B'], answers)).sent[0]!.body, { unset: ['A', 'B'] });
  assert.equal((await inFolder(['config:clear'], { 'DELETE /apps/shop/config': released })).code, 0);
});

test('variables are set from lines, so that no list of processes shows them', async () => {
  const answers = { 'PUT /apps/shop/config': released };
  const stdin = '# of production\r\n\nexport TOKEN=a=b c \nURL=\n';
  const set = await inFolder(['config:set', '--from', '-', 'A=1'], answers, { stdin });
  assert.deepEqual(set.sent[0]!.body, { set: { TOKEN: 'a=b c ', URL: '', A: '1' } });
  const wrong = await inFolder(['config:set', '--from', '-'], answers, { stdin: 'A=1\ns3cret value\n' });
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /line 2 is not NAME=value/);
  assert.doesNotMatch(wrong.err, /s3cret/);
  assert.equal((await inFolder(['config:set', '--from', '/nowhere'], answers)).code, 2);
});

test('processes get resources and event sources', async () => {
  const memory = await inFolder(['resource:memory', 'web', '512'], { 'PUT /apps/shop/processes/web': released });
  assert.deepEqual(memory.sent[0]!.body, { memoryMiB: 512 });
  const timeout = await inFolder(['resource:timeout', 'shop-web', '30'], { 'PUT /apps/shop/processes/shop-web': released });
  assert.deepEqual(timeout.sent[0]!.body, { timeoutSeconds: 30 });
  const line = ['event-sources:add', 'web', 'sqs:jobs', '--where', '{"kind":["a"]}', '--settings', '{"BatchSize":5}'];
  const { sent } = await inFolder(line, { 'POST /apps/shop/event-sources': released });
  assert.deepEqual(sent[0]!.body, { process: 'web', source: 'sqs:jobs', where: { kind: ['a'] }, settings: { BatchSize: 5 } });
  assert.equal((await inFolder([...line.slice(0, 4), '{'])).code, 2);
  assert.match((await inFolder(['event-sources'], { 'GET /apps/shop': here })).out, /shop-web +http:GET \/ +\{"a":\[1\]\}/);
  const removed = await inFolder(['event-sources:remove', 'web', 'sqs:jobs'], { 'DELETE /apps/shop/event-sources': released });
  assert.deepEqual([removed.sent[0]!.query.get('process'), removed.sent[0]!.query.get('source')], ['web', 'sqs:jobs']);
  assert.equal((await inFolder(['event-sources:clear', 'web'], { 'DELETE /apps/shop/event-sources': released })).code, 0);
});

test('the remote is an address of the platform, or of its SSH', async () => {
  const answers = { 'GET /apps/shop': here, 'GET /git': { path: '/_dalamb/git/', ssh: null } };
  const without = await dalamb(['git:remote', 'shop', '--ssh'], answers);
  assert.deepEqual([without.code, /git\.ssh_port/.test(without.err)], [1, true]);
});

test('a plan sends the tree of a commit, and tells what would differ', async () => {
  const planned = { release: 5, differences: [{ what: 'web code', before: 'a', after: 'b' }], lines: [] };
  const asked: string[] = [];
  const archive = async (commit: string) => {
    asked.push(commit);
    return Buffer.from('a tar');
  };
  const { out } = await dalamb(['--app', 'shop', 'plan'], { 'POST /apps/shop/plan': planned }, { archive });
  assert.deepEqual([out, asked], ['v5 would be:\nweb code: a → b\n', ['HEAD']]);
});
