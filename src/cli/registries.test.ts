import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dalamb, NOW } from './command.fixture.ts';

const login = { host: 'registry.lan:5000', user: 'u', created: NOW };
const PATH = '/registries/registry.lan%3A5000';

test('a password is read from standard input, and from nowhere else', async () => {
  const add = ['registries', 'add', 'registry.lan:5000', '--user', 'u'];
  const { out, sent } = await dalamb(add, { [`PUT ${PATH}`]: login }, { stdin: 'secret\n' });
  assert.deepEqual(sent[0]!.body, { user: 'u', password: 'secret' });
  assert.equal(out, 'u at registry.lan:5000\n');
  assert.equal((await dalamb(add, {}, { stdin: '\n' })).code, 1);
  assert.equal((await dalamb(add.slice(0, 3))).code, 2);
  assert.equal((await dalamb([...add, '--password', 'x'])).code, 2);
});

test('logins are listed and removed', async () => {
  assert.match(
    (await dalamb(['registries', 'list'], { 'GET /registries': { registries: [login] } })).out,
    /registry\.lan:5000 +u +2001-/,
  );
  assert.match((await dalamb(['registries', 'list'], { 'GET /registries': { registries: [] } })).out, /dalamb registries add/);
  const { out, sent } = await dalamb(['registries', 'remove', 'registry.lan:5000'], { [`DELETE ${PATH}`]: {} });
  assert.deepEqual([sent[0]!.method, out], ['DELETE', 'removed registry.lan:5000\n']);
});
