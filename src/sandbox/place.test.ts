import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from './keeper/protocol.ts';
import { placeOf } from './place.ts';

test('an interpreter’s folder is shown where it is, unless sandboxes have something there', () => {
  for (const folder of ['/root/.sdkman/java', '/home/a/ruby', '/srv/ruby-3.4', '/var/lib/jdk', '/optional/x'])
    assert.equal(placeOf(folder), folder);
  for (const folder of ['/opt/jdk', '/opt', '/tmp/x', '/var/task', '/etc/x', '/proc/1', '/a/../opt', '/a//b', 'a', '/'])
    assert.equal(placeOf(folder), '/var/lang', folder);
});

test('the keeper mounts at its places for mounts, and at a folder’s own', () => {
  const boot = (source: string, target: string) =>
    commands.boot.safeParse({ id: 'a', mounts: [{ source, target }], tmp: { mib: 1 }, limits: { memoryMiB: 64, pids: 8 } })
      .success;
  assert.equal(boot('/x/y', '/var/lang'), true);
  assert.equal(boot('/home/a/ruby', '/home/a/ruby'), true);
  assert.equal(boot('/home/a/ruby', '/home/a'), false);
  assert.equal(boot('/opt/jdk', '/opt/jdk'), false);
  assert.equal(boot('/home/../etc', '/home/../etc'), false);
});
