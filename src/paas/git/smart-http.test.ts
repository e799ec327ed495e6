import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type GitRoom, openGitRoom } from './git.fixture.ts';

let room: GitRoom;
before(async () => {
  room = await openGitRoom();
});
after(() => room.close());

test('a push to the branch is a release, told as it happens; clone and fetch give it back', async () => {
  room.app('first');
  const tree = await room.tree('first', { Procfile: 'web: app.handler\n', 'src/app.js': 'exports.handler = () => 1\n' });
  room.build = async ({ line }) => line('-----> Building\x1b[31m red\x1b[0m\nsecond line');
  const pushed = await room.run(tree, 'push', 'dalamb', 'main');
  assert.equal(pushed.code, 0, pushed.err);
  assert.match(pushed.err, /remote: -----> Building red\s*\n\s*remote: second line/);
  assert.match(pushed.err, /remote: Released first v1 \([0-9a-f]{7}\)/);
  assert.match(pushed.err, /remote: {3}http:\/\/first\.example\//);
  const commit = await room.ok(tree, 'rev-parse', 'HEAD');
  const [made] = room.deployed;
  assert.deepEqual([made!.app, made!.account, made!.commit, made!.author], ['first', '000000000000', commit, 'local']);
  assert.equal(await room.at('first', 'main'), commit);
  await room.ok('.', 'clone', '-q', `${room.url}/first.git`, 'cloned');
  assert.equal(await room.ok('cloned', 'rev-parse', 'HEAD'), commit);
  assert.equal(await room.ok('cloned', 'symbolic-ref', '--short', 'HEAD'), 'main');
  const next = await room.commit(tree, { 'a.txt': 'a' });
  await room.ok(tree, 'push', '-q', 'dalamb', 'main');
  await room.ok('cloned', 'fetch', '-q');
  assert.equal(await room.ok('cloned', 'rev-parse', 'origin/main'), next);
  assert.match((await room.run(tree, 'push', 'dalamb', 'main')).err, /up-to-date/);
  assert.equal(room.deployed.length, 2);
});
