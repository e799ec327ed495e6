import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leavesTree } from './links.ts';

const leaves = (links: Record<string, string>, link: string) => leavesTree(new Map(Object.entries(links)), link);

test('links by their own text', () => {
  for (const [link, target, out] of [
    ['a', 'b', false],
    ['a', './b/../c', false],
    ['a', '..', true],
    ['a', '../x', true],
    ['d/a', '..', false],
    ['d/a', '../..', true],
    ['d/a', '../b/../../x', true],
    ['a', '/etc/passwd', true],
    ['a', 'b//c/./..', false],
  ] as const)
    assert.equal(leaves({ [link]: target }, link), out, `${link} → ${target}`);
});

test('links through links', () => {
  assert.ok(leaves({ a: '.', b: 'a/../x' }, 'b'));
  assert.ok(leaves({ 'd/up': '..', e: 'd/up/../x' }, 'e'));
  assert.ok(!leaves({ 'd/e/f': 'g', l: 'd/e/f/../h' }, 'l'));
  assert.ok(!leaves({ a: 'b', b: 'a' }, 'a'));
  assert.ok(leaves({ a: 'b', b: '/x' }, 'a'));
});

/** What a kernel would do, with a folder for the tree in a folder. */
test('any tree of links: nobody ends outside whom it lets pass', () => {
  const part = fc.constantFrom('a', 'b', 'c', '..', '.');
  const links = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd/a', 'd/b'), fc.array(part, { minLength: 1, maxLength: 5 }));
  fc.assert(
    fc.property(links, (found) => {
      const all = new Map(Object.entries(found).map(([link, parts]) => [link, parts.join('/')]));
      for (const link of all.keys()) {
        const end = walk(all, `in/${link}`, 0);
        if (!leavesTree(all, link) && end !== undefined) assert.match(end, /^in(\/|$)/);
      }
    }),
  );
});

/** Where a path below `in/` ends; undefined in loops. */
function walk(links: ReadonlyMap<string, string>, from: string, hops: number): string | undefined {
  if (hops > 40) return undefined;
  const parts = from.split('/');
  const done: string[] = [];
  for (const [at, part] of parts.entries()) {
    if (part === '.') continue;
    if (part === '..') done.pop();
    else done.push(part);
    const target = part === '..' ? undefined : links.get(done.join('/').replace(/^in\//, ''));
    if (target === undefined || done[0] !== 'in') continue;
    done.pop();
    return walk(links, [...done, target, ...parts.slice(at + 1)].join('/'), hops + 1);
  }
  return done.join('/');
}
