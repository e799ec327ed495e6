import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePathPattern, matchesPath } from './path-patterns.ts';

const matches = (pattern: string, path: string) => matchesPath(compilePathPattern(pattern), path);

test('patterns of paths', () => {
  for (const [pattern, path, is] of [
    ['test/**', 'test/a.js', true],
    ['test/**', 'test/a/b.js', true],
    ['test/**', 'src/test/a.js', false],
    ['*.md', 'README.md', true],
    ['*.md', 'docs/README.md', false],
    ['**/*.md', 'docs/a/README.md', true],
    ['**/*.md', 'README.md', true],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b/**/c', 'a/x/b/b/y/c', true],
    ['a/**/**/b', 'a/b', true],
    ['src/?.js', 'src/a.js', true],
    ['src/?.js', 'src/ab.js', false],
    ['**', 'a/b', true],
    ['.env*', '.env.local', true],
    ['a', 'a/b', false],
    ['[ab]', 'a', false],
  ] as const)
    assert.equal(matches(pattern, path), is, `${pattern} ${path}`);
});

test('no pattern takes long', () => {
  const began = performance.now();
  const hostile = ['{a,b}'.repeat(50), '+(a|aa)c', '*a'.repeat(100), '**/a'.repeat(60), '+(+(a))c'];
  for (const pattern of hostile) matches(pattern, `${'a'.repeat(255)}/`.repeat(3) + 'a'.repeat(254));
  assert.ok(performance.now() - began < 20_000);
});
