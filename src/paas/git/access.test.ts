import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { type GitRoom, openGitRoom, say } from './git.fixture.ts';

let room: GitRoom;
before(async () => {
  room = await openGitRoom({ strict: true });
  room.actors.set('token-of-ann', { name: 'ann', kind: 'user' });
  room.actors.set('token-of-reader', { name: 'reader', kind: 'user' });
  room.actors.set('token-of-nobody', { name: 'nobody', kind: 'user' });
  room.app('shop');
});
after(() => room.close());

const urlOf = (token: string, user = 'anything') => `${room.url.replace('http://', `http://${user}:${token}@`)}/shop.git`;

test('without a token git is asked for one: any user name, the token as password', async () => {
  const answer = await fetch(`${room.url}/shop.git/info/refs?service=git-upload-pack`);
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get('www-authenticate')!, /^Basic realm=/);
  assert.match(
    (await room.run('.', 'ls-remote', `${room.url}/shop.git`)).err,
    /could not read Username|terminal prompts disabled/,
  );
  const tree = await room.tree('shop');
  await fs.writeFile(
    path.join(room.workplace, 'ask.sh'),
    '#!/bin/sh\ncase $1 in User*) echo me ;; *) echo token-of-ann ;; esac\n',
    { mode: 0o755 },
  );
  const asked = await say(path.join(room.workplace, tree), ['push', 'dalamb', 'main'], {
    GIT_ASKPASS: path.join(room.workplace, 'ask.sh'),
  });
  assert.equal(asked.code, 0, asked.err);
  assert.equal(room.deployed[0]!.author, 'ann');
  const header = 'http.extraHeader=Authorization: Bearer token-of-ann';
  await room.ok('.', '-c', header, 'ls-remote', `${room.url}/shop.git`);
});

test('a large push is asked for its token before it is sent', async () => {
  await fs.writeFile(
    path.join(room.workplace, 'shop-tree/big'),
    Buffer.alloc(3 * 2 ** 20, 'abcdefg').map((b, at) => (b * at) >>> 3),
  );
  await room.commit('shop-tree', {});
  await room.ok(
    'shop-tree',
    '-c',
    'core.compression=0',
    '-c',
    'http.postBuffer=65536',
    'push',
    '-q',
    urlOf('token-of-ann'),
    'main',
  );
});

test('tokens that are not known open nothing, and roles hold', async () => {
  assert.match((await room.run('.', 'ls-remote', urlOf('nonsense'))).err, /Authentication failed/);
  await room.ok('.', 'ls-remote', urlOf('token-of-reader'));
  const read = await room.run('shop-tree', 'push', urlOf('token-of-reader'), 'main:x');
  assert.match(read.err, /AccessDenied: reader is no deployer|403/);
  assert.match((await room.run('.', 'ls-remote', urlOf('token-of-nobody'))).err, /403/);
  const basic = (text: string) =>
    fetch(`${room.url}/shop.git/info/refs?service=git-upload-pack`, { headers: { authorization: text } });
  for (const authorization of ['Basic', 'Basic !', 'Digest x', 'Bearer', `Basic ${Buffer.from('no-colon').toString('base64')}`])
    assert.equal((await basic(authorization)).status, 401, authorization);
});

test('in mode local none is needed from loopback, but one that is sent must hold', async () => {
  const local = await openGitRoom();
  try {
    local.app('shop');
    await local.ok('.', 'ls-remote', `${local.url}/shop.git`);
    for (const authorization of ['Bearer x', 'Bearer a b', `Bearer ${'x'.repeat(3000)}`]) {
      const wrong = await fetch(`${local.url}/shop.git/info/refs?service=git-upload-pack`, { headers: { authorization } });
      assert.equal(wrong.status, 401, authorization.slice(0, 20));
    }
    const page = await fetch(`${local.url}/shop.git/info/refs?service=git-upload-pack`, {
      headers: { origin: 'https://evil.example' },
    });
    assert.equal(page.status, 403);
  } finally {
    await local.close();
  }
});
