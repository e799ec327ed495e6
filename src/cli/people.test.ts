import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { dalamb } from './command.fixture.ts';

const dev = { name: 'dev', account: '222222222222', kind: 'named', createdAt: 1 };

test('environments are named on the command line, and go along by name or account', async () => {
  const { out } = await dalamb(['env'], { 'GET /environments': { environments: [dev] } });
  assert.match(out, /^NAME +ACCOUNT.*\ndev +222222222222 +named +1970/);
  const review = { ...dev, kind: 'review', review: { app: 'shop', branch: 'fix', expiresAt: 0 } };
  assert.match((await dalamb(['env'], { 'GET /environments': { environments: [review] } })).out, /review.*shop fix, until 1970/);
  const sentBy = async (...line: string[]) => (await dalamb(line, { '*': { functions: [] } })).sent[0]!.query;
  assert.equal((await sentBy('functions', '--env', 'dev')).get('env'), 'dev');
  assert.equal((await sentBy('functions', '--env', '222222222222')).get('account'), '222222222222');
  const created = await dalamb(['env:create', 'dev'], { 'POST /environments': dev });
  assert.deepEqual([created.sent[0]!.body, created.out.split('\n')[0]], [{ name: 'dev' }, 'made dev: account 222222222222']);
  const renamed = await dalamb(['env:rename', 'dev', 'prod'], { 'PUT /environments/dev': dev });
  assert.deepEqual([renamed.code, renamed.sent[0]!.body], [0, { name: 'prod' }]);
});

test('an environment is destroyed only by its name said twice', async () => {
  const answers = { 'DELETE /environments/dev': { kept: 'all' } };
  assert.equal((await dalamb(['env:destroy', 'dev'], answers)).code, 2);
  const { code, sent } = await dalamb(['env:destroy', 'dev', '--confirm', 'dev'], answers);
  assert.deepEqual([code, sent[0]!.query.get('confirm')], [0, 'dev']);
});

test('roles are given on an application, in an environment, or on all, and said in full', async () => {
  const member = { user: 'ann', role: 'owner', app: '*', account: '*', createdAt: 1, createdBy: 'local' };
  const all = await dalamb(['members:add', 'ann', '--role', 'owner'], { 'POST /members': member });
  assert.equal(all.out, 'ann is owner of the whole platform\n');
  assert.deepEqual(all.sent[0]!.body, { user: 'ann', role: 'owner' });
  const one = { ...member, app: 'shop', account: '222222222222', environment: 'dev' };
  const line = ['members:add', 'ann', '--role', 'owner', '--app', 'shop', '--env', 'dev'];
  const there = await dalamb(line, { 'POST /members': one });
  assert.equal(there.out, 'ann is owner of application shop in dev\n');
  assert.deepEqual(there.sent[0]!.body, { user: 'ann', role: 'owner', app: 'shop', environment: 'dev' });
  assert.equal((await dalamb(['members:add', 'ann'])).code, 2);
  const list = await dalamb(['members', '--app', 'shop'], { 'GET /members': { members: [member, one] } });
  assert.match(list.out, /ann +owner +the whole platform .*\nann +owner +application shop in dev/);
  assert.equal(list.sent[0]!.query.get('app'), 'shop');
  const gone = await dalamb(['members:remove', 'ann', '--env', 'dev'], { 'DELETE /members/ann': { last: true } });
  assert.equal(gone.sent[0]!.query.get('environment'), 'dev');
  assert.match(gone.out, /tokens and SSH keys are gone/);
  const scope = { role: 'reader', app: 'shop', account: '*' };
  const me = await dalamb(['whoami'], {
    'GET /whoami': { actor: { name: 'ann', kind: 'user', credential: 'token T', scope }, roles: [one] },
  });
  assert.equal(
    me.out,
    'ann (token T)\nat most reader of application shop in every environment\nowner of application shop in dev\n',
  );
});

test('a token is printed for the shell, and listed without what opens', async () => {
  const token = {
    id: 'T',
    user: 'ann',
    scope: { role: 'deployer', app: 'shop', account: '222222222222' },
    createdAt: 1,
    expiresAt: 2,
  };
  const line = ['tokens:create', '--user', 'ann', '--scope', 'deployer:shop@dev', '--expires', '12h', '--note', 'ci'];
  const made = await dalamb(line, { 'POST /tokens': { ...token, token: 'dlb_T_S' } });
  assert.deepEqual(made.sent[0]!.body, { user: 'ann', scope: 'deployer:shop@dev', expires: '12h', note: 'ci' });
  assert.match(made.out, /^# T of ann, until 1970.*\nexport DALAMB_TOKEN=dlb_T_S\n$/);
  assert.match(
    (await dalamb(['tokens'], { 'GET /tokens': { tokens: [token] } })).out,
    /T +ann +deployer:shop@222222222222 +until 1970/,
  );
  assert.equal((await dalamb(['tokens:revoke', 'T'], { 'DELETE /tokens/T': {} })).out, 'revoked T\n');
});

test('public keys are sent, private ones are not', async (t) => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-keys-'));
  t.after(() => fs.rmSync(directory, { recursive: true }));
  const file = (name: string, text: string) => {
    fs.writeFileSync(path.join(directory, name), text);
    return path.join(directory, name);
  };
  const key = { fingerprint: 'SHA256:a/b', user: 'ann', algorithm: 'ssh-ed25519', comment: 'c' };
  const added = await dalamb(['ssh-keys:add', file('id.pub', 'ssh-ed25519 AAAA c\n')], { 'POST /ssh-keys': key });
  assert.deepEqual([added.code, added.sent[0]!.body], [0, { key: 'ssh-ed25519 AAAA c' }]);
  assert.deepEqual((await dalamb(['ssh-keys:add', '-', '--user', 'ann'], { 'POST /ssh-keys': key })).sent[0]!.body, {
    key: '{"from":"stdin"}',
    user: 'ann',
  });
  for (const wrong of [file('id', '-----BEGIN OPENSSH PRIVATE KEY-----'), path.join(directory, 'none')]) {
    const { code, sent } = await dalamb(['ssh-keys:add', wrong], { 'POST /ssh-keys': key });
    assert.deepEqual([code, sent.length], [2, 0]);
  }
  assert.match((await dalamb(['ssh-keys'], { 'GET /ssh-keys': { keys: [key] } })).out, /SHA256:a\/b +ann +ssh-ed25519 +c/);
  const gone = await dalamb(['ssh-keys:remove', 'SHA256:a/b'], { 'DELETE /ssh-keys': {} });
  assert.equal(gone.sent[0]!.query.get('fingerprint'), 'SHA256:a/b');
});

test('the trail is shown newest first, with the way to older entries', async () => {
  const entry = {
    at: 1,
    actor: { name: 'ann', kind: 'user', credential: 'token T' },
    action: 'release',
    app: 'shop',
    account: '222222222222',
    detail: 'v1\u001b[2J',
  };
  const line = ['audit', '--app', 'shop', '--by', 'ann', '--before', '9'];
  const { out, sent } = await dalamb(line, { 'GET /audit': { entries: [entry], next: 4 } });
  assert.match(out, /ann \(token T\) +release +shop +222222222222 +v1�\[2J\nnext: dalamb audit --before 4\n$/);
  assert.deepEqual(Object.fromEntries(sent[0]!.query), { app: 'shop', actor: 'ann', limit: '50', before: '9' });
  assert.equal((await dalamb(['audit'], { 'GET /audit': { entries: [] } })).out, 'nothing here\n');
});
