import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AttributeValue, compareValues, equalValues, type Item } from '../values/item.ts';
import { bindExpressions } from './bind.ts';
import { holds } from './condition.ts';

const item: Item = {
  s: { S: 'banana' },
  n: { N: '10' },
  b: { B: Buffer.from([1, 2, 3]) },
  t: { BOOL: true },
  z: { NULL: true },
  l: { L: [{ S: 'x' }, { N: '2' }, { M: { deep: { S: 'y' } } }] },
  m: { M: { k: { N: '1' }, 'a.b': { S: 'dotted' } } },
  ss: { SS: ['p', 'q'] },
  ns: { NS: ['1', '2'] },
  bs: { BS: [Buffer.from([9])] },
};

function check(text: string, given: Record<string, AttributeValue | string> = {}, of: Item | undefined = item): boolean {
  const pick = (mark: string) => Object.entries(given).filter(([key]) => key.startsWith(mark));
  const [names, values] = [pick('#'), pick(':')];
  const { condition } = bindExpressions({
    ConditionExpression: text,
    ...(names.length > 0 ? { ExpressionAttributeNames: Object.fromEntries(names) as Record<string, string> } : {}),
    ...(values.length > 0 ? { ExpressionAttributeValues: Object.fromEntries(values) as Item } : {}),
  });
  return holds(condition!, of);
}

test('comparisons are within a type; only <> holds between types, and for what is missing', () => {
  assert.ok(check('s = :v', { ':v': { S: 'banana' } }));
  assert.ok(!check('s = :v', { ':v': { N: '1' } }));
  assert.ok(check('s <> :v', { ':v': { N: '1' } }));
  assert.ok(check('n > :v', { ':v': { N: '9' } }));
  assert.ok(check('n = :v', { ':v': { N: '1e1' } }));
  assert.ok(!check('n > :v', { ':v': { S: '9' } }));
  assert.ok(check('b < :v', { ':v': { B: Buffer.from([1, 3]) } }));
  assert.ok(check('s >= :v', { ':v': { S: 'banana' } }));
  assert.ok(!check('gone = :v', { ':v': { S: '' } }));
  assert.ok(check('gone <> :v', { ':v': { S: '' } }));
  assert.ok(check('gone <> lost'));
  assert.ok(!check('gone = lost'));
  assert.ok(!check('gone < :v', { ':v': { S: 'z' } }));
  assert.ok(check('ss = :v', { ':v': { SS: ['q', 'p'] } }));
  assert.ok(check('m = :v', { ':v': { M: { 'a.b': { S: 'dotted' }, k: { N: '1.0' } } } }));
  assert.ok(check('t = :v AND z = :z', { ':v': { BOOL: true }, ':z': { NULL: true } }));
});

test('BETWEEN and IN', () => {
  const bounds = { ':a': { N: '5' }, ':b': { N: '10' } };
  assert.ok(check('n BETWEEN :a AND :b', bounds));
  assert.ok(!check('s BETWEEN :a AND :b', bounds));
  assert.ok(check(':a BETWEEN m.k AND n', { ':a': { N: '5' } }));
  assert.ok(check('n IN (:a, :b)', bounds));
  assert.ok(!check('gone IN (:a, :b)', bounds));
  assert.ok(check('NOT n IN (:a, s)', { ':a': { S: '10' } }));
});

test('functions', () => {
  assert.ok(check('attribute_exists(m.k) AND attribute_not_exists(m.gone)'));
  assert.ok(check('attribute_exists(l[2].deep) AND attribute_not_exists(l[3]) AND attribute_not_exists(s[0])'));
  assert.ok(check('attribute_exists(m.#k)', { '#k': 'a.b' }));
  assert.ok(check('attribute_not_exists(#c)', { '#c': 'constructor' }));
  for (const [name, value] of Object.entries(item)) {
    const [type] = Object.keys(value);
    assert.ok(check('attribute_type(#n, :t)', { '#n': name, ':t': { S: type! } }));
    assert.ok(!check('attribute_type(#n, :t)', { '#n': name, ':t': { S: type === 'S' ? 'N' : 'S' } }));
  }
  assert.ok(check('begins_with(s, :p)', { ':p': { S: 'ban' } }));
  assert.ok(check('begins_with(b, :p)', { ':p': { B: Buffer.from([1, 2]) } }));
  assert.ok(!check('begins_with(b, :p)', { ':p': { B: Buffer.from([1, 2, 3, 4]) } }));
  assert.ok(!check('begins_with(n, :p)', { ':p': { S: '1' } }));
  const contained: [string, AttributeValue][] = [
    ['s', { S: 'nan' }],
    ['b', { B: Buffer.from([2, 3]) }],
    ['ss', { S: 'q' }],
    ['ns', { N: '2.0' }],
    ['bs', { B: Buffer.from([9]) }],
    ['l', { N: '2' }],
    ['l', { M: { deep: { S: 'y' } } }],
  ];
  for (const [name, value] of contained) assert.ok(check('contains(#n, :v)', { '#n': name, ':v': value }), name);
  for (const [name, value] of [
    ['s', { N: '1' }],
    ['n', { N: '1' }],
    ['ss', { N: '1' }],
    ['l', { S: '2' }],
    ['m', { S: 'k' }],
    ['gone', { S: 'k' }],
  ] as const) {
    assert.ok(!check('contains(#n, :v)', { '#n': name, ':v': value }), name);
  }
  const sizes = { s: 6, b: 3, l: 3, m: 2, ss: 2, ns: 2, bs: 1 };
  for (const [name, size] of Object.entries(sizes)) {
    assert.ok(check('size(#n) = :s', { '#n': name, ':s': { N: String(size) } }), name);
  }
  assert.ok(!check('size(n) >= :s', { ':s': { N: '0' } }) && !check('size(gone) >= :s', { ':s': { N: '0' } }));
  assert.ok(check('size(s) > size(b)'));
});

test('NOT binds before AND, AND before OR, parentheses first', () => {
  const truth = (text: string) =>
    check(text.replace(/\byes\b/g, 'attribute_exists(s)').replace(/\bno\b/g, 'attribute_exists(gone)'));
  assert.ok(truth('yes OR no AND no'));
  assert.ok(!truth('(yes OR no) AND no'));
  assert.ok(truth('NOT no OR yes AND no'));
  assert.ok(!truth('NOT (no OR yes)'));
  assert.ok(truth('not not yes and NOT no'));
});

test('without an item, what is missing is missing', () => {
  assert.ok(check('attribute_not_exists(pk)', {}, undefined));
  assert.ok(!check('attribute_exists(pk)', {}, undefined));
});

const scalars = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map((n): AttributeValue => ({ N: String(n) })),
  fc.constantFrom('', 'a', 'ab', 'b').map((S): AttributeValue => ({ S })),
  fc.constantFrom('', 'a', 'b').map((text): AttributeValue => ({ B: Buffer.from(text) })),
);

test('comparisons agree with the order of values', () => {
  fc.assert(
    fc.property(scalars, scalars, scalars, (a, v, w) => {
      const order = compareValues(a, v);
      const is = (operator: string) => check(`a ${operator} :v`, { ':v': v }, { a });
      assert.equal(is('='), equalValues(a, v));
      assert.equal(is('<>'), !is('='));
      assert.equal(is('<'), order !== undefined && order < 0);
      assert.equal(is('<='), is('<') || is('='));
      assert.equal(is('>'), order !== undefined && order > 0);
      assert.equal(is('>='), is('>') || is('='));
      const [low, high] = (compareValues(v, w) ?? 0) <= 0 ? [v, w] : [w, v];
      if (compareValues(v, w) === undefined) return;
      const both = check('a >= :v AND a <= :w', { ':v': low, ':w': high }, { a });
      assert.equal(check('a BETWEEN :v AND :w', { ':v': low, ':w': high }, { a }), both);
    }),
  );
});
