import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leavesTree, linkBudget } from './links.ts';

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

test('following links has a budget: ten thousand that name thousands of folders end soon, ten thousand usual ones are followed', () => {
  const budget = linkBudget();
  const far = new Map(Array.from({ length: 10_000 }, (_, i) => [`l${i}`, Array(2047).fill('a').join('/')]));
  let asked = 0;
  for (const link of far.keys()) {
    leavesTree(far, link, budget);
    asked++;
    if (budget.left < 0) break;
  }
  assert.ok(budget.left < 0 && asked < 100, `${asked} were followed`);
  const usual = new Map(Array.from({ length: 10_000 }, (_, i) => [`node_modules/.bin/tool${i}`, `../tool${i}/bin/tool${i}.js`]));
  const enough = linkBudget();
  for (const link of usual.keys()) assert.ok(!leavesTree(usual, link, enough));
  assert.ok(enough.left > 0);
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
