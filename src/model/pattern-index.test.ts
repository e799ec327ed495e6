import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePattern, matches } from './event-patterns.ts';
import { buildIndex, matchAll } from './pattern-index.ts';

const ruleOf = (pattern: object) => ({ pattern: compilePattern(pattern), text: JSON.stringify(pattern) });

test('an index finds each rule once, in the order given', () => {
  const rules = [
    ruleOf({ source: ['a'], 'detail-type': ['one', 'two'] }),
    ruleOf({ detail: { n: [{ numeric: ['>', 1] }] } }),
    ruleOf({ $or: [{ source: ['a'] }, { 'detail-type': ['one'] }] }),
    ruleOf({ source: ['b'] }),
  ];
  const found = (event: unknown) => matchAll(buildIndex(rules), event).map((rule) => rules.indexOf(rule));
  assert.deepEqual(found({ source: 'a', 'detail-type': 'one', detail: { n: 2 } }), [0, 1, 2]);
  assert.deepEqual(found({ source: ['b', 'a'], 'detail-type': 'x' }), [2, 3]);
  assert.deepEqual(found({ detail: { n: 1 } }), []);
  assert.deepEqual(found([]), []);
});

test('rules are indexed by what tells them apart', () => {
  const rules = Array.from({ length: 100 }, (_, i) => ruleOf({ source: ['same'], 'detail-type': [`type-${i}`] }));
  const index = buildIndex(rules);
  assert.deepEqual([index.paths.map(({ path }) => path.name), index.others.length], [['detail-type'], 0]);
});

test('an index finds what matching each rule finds', () => {
  const value = fc.constantFrom<unknown>('x', 'y', 1, { exists: false }, { prefix: 'x' });
  const field = fc.array(value, { minLength: 1, maxLength: 2 });
  const flat = fc.dictionary(fc.constantFrom('a', 'b'), field, { minKeys: 1 });
  const pattern = fc.oneof(
    flat,
    flat.map((inner) => ({ d: inner })),
    fc.array(flat, { minLength: 2, maxLength: 3 }).map((branches) => ({ $or: branches })),
  );
  const leaf = fc.constantFrom('x', 'xy', 'y', 1);
  const content = fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(leaf, fc.array(leaf, { maxLength: 2 })));
  const event = fc.tuple(content, fc.oneof(content, fc.array(content, { maxLength: 2 }))).map(([top, d]) => ({ ...top, d }));
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 8 }), event, (patterns, one) => {
      const rules = patterns.map(ruleOf);
      const expected = rules.filter((rule) => matches(rule.pattern, one));
      assert.deepEqual(matchAll(buildIndex(rules), one), expected);
    }),
    { numRuns: 1000 },
  );
});
