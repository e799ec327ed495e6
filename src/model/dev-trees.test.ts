import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BuiltArtifact, buildsItself, canPatch, isTreePath, manifestFault, treeChanges } from './dev-trees.ts';

const hash = (digit: string) => `f:${digit.repeat(64)}`;
const before = { 'web.js': hash('1'), 'lib/a.js': hash('2'), 'package.json': hash('3'), 'page.html': hash('4') };
const copied: BuiltArtifact = { has: (path) => (Object.hasOwn(before, path) ? 'same' : 'none') };

const patchable = (after: Readonly<Record<string, string>>, artifacts = [copied]) =>
  canPatch(before, treeChanges(before, after), artifacts);

test('what was copied can be changed, added to, and removed', () => {
  assert.ok(patchable({ ...before, 'web.js': hash('9') }));
  assert.ok(patchable({ ...before, 'lib/new.js': hash('9') }));
  const { 'page.html': _, ...fewer } = before;
  assert.ok(patchable(fewer));
});

test('what says how to build, is compiled, or is of a new kind cannot', () => {
  for (const name of [
    'package.json',
    'sub/package-lock.json',
    'Procfile',
    'dalamb.toml',
    'tsconfig.build.json',
    'a.ts',
    'b.TSX',
    'main.go',
  ])
    assert.ok(!patchable({ ...before, [name]: hash('9') }), name);
  for (const name of ['vite.config.js', 'requirements-dev.txt', 'x.sql', 'noextension', '.env'])
    assert.ok(!patchable({ ...before, [name]: hash('9') }), name);
});

test('what the build made something else of cannot, nor what one of several artifacts has otherwise', () => {
  const other = { has: () => 'other' as const };
  const none = { has: () => 'none' as const };
  const after = { ...before, 'web.js': hash('9') };
  assert.ok(!patchable(after, [other]));
  assert.ok(!patchable(after, [copied, other]));
  assert.ok(!patchable(after, [none]));
  assert.ok(patchable(after, [copied, none]));
  assert.ok(!canPatch(before, treeChanges(before, { ...before, 'new.js': hash('9') }), [other]));
});

test('package.json that has something done at a build', () => {
  assert.ok(!buildsItself('{"scripts":{"test":"x"}}') && !buildsItself('{}'));
  for (const text of ['{"scripts":{"build":"tsc"}}', '{"scripts":{"postinstall":"x"}}', 'not json', '{"scripts":null}', '[null'])
    assert.ok(buildsItself(text), text);
});

test('names lead nowhere else, and manifests are what they say', () => {
  for (const name of ['a', 'a/b.js', '.env', 'a b', 'ü']) assert.ok(isTreePath(name), name);
  for (const name of ['', '/a', 'a/', '../a', 'a/./b', 'a/.git/x', '.GIT', 'x/Node_Modules/y', 'a\\b', 'a\0', 'x'.repeat(256)])
    assert.ok(!isTreePath(name), name);
  assert.equal(manifestFault(before), undefined);
  assert.match(manifestFault({ a: 'g:1' })!, /kind and hash/);
  const many = Object.fromEntries(Array.from({ length: 20_001 }, (_, i) => [`f${i}`, hash('1')]));
  assert.match(manifestFault(many)!, /more than 20000 files/);
});
