import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openGitRoom } from './git.fixture.ts';

test('a branch is at its commit; tags, other refs and what is not there are at none', async (t) => {
  const room = await openGitRoom();
  t.after(() => room.close());
  room.app('shop');
  const tree = await room.tree('shop');
  const commit = await room.ok(tree, 'rev-parse', 'HEAD');
  await room.ok(tree, 'tag', 'v1');
  await room.ok(tree, 'push', '-q', 'dalamb', 'HEAD:refs/heads/fix/one', 'v1');
  assert.equal(await room.git.commitOf('shop', 'fix/one'), commit);
  for (const branch of ['v1', 'none', '', '../tags/v1', '--all'])
    assert.equal(await room.git.commitOf('shop', branch), undefined);
  assert.equal(await room.git.commitOf('nowhere', 'main'), undefined);
});
