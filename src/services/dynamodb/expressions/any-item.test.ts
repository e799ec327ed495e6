import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../../../kernel/index.ts';
import { type AttributeValue, checkItem, encodeItem, type Item, itemSize, normalizeItem, sameItem } from '../values/item.ts';
import { type Bound, bindExpressions } from './bind.ts';
import { holds } from './condition.ts';
import { applyUpdate, pickPaths } from './update.ts';

const scalar = fc.constantFrom<AttributeValue>(
  { S: '' },
  { S: 'ab' },
  { N: '0' },
  { N: '-1.5' },
  { B: Buffer.from('ab') },
  { BOOL: true },
  { NULL: true },
  { SS: ['a', 'ab'] },
  { NS: ['0', '2'] },
  { BS: [Buffer.from('ab')] },
);
const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { noNullPrototype: true }).map((M) => ({ M })),
  ),
}));
const items = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'l'), value, { noNullPrototype: true }).map(normalizeItem);

const paths = fc.constantFrom('a', 'b', 'c', 'a.b', 'b.c', 'l[0]', 'l[1].a', 'l[7]', '#n', '#n.a', 'a.b[0]');
const operands = fc.oneof(paths, fc.constantFrom(':v', ':w', 'size(a)', 'size(:v)', 'size(b.c)'));
const joined = (...parts: (fc.Arbitrary<string> | string)[]) =>
  fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((texts) => texts.join(' '));
const comparator = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');
const simple = fc.oneof(
  joined(operands, comparator, operands),
  joined(operands, 'BETWEEN', operands, 'AND', operands),
  joined(operands, 'IN (', operands, ',', operands, ')'),
  joined(fc.constantFrom('attribute_exists', 'attribute_not_exists'), '(', paths, ')'),
  joined(fc.constantFrom('begins_with', 'contains', 'attribute_type'), '(', paths, ',', operands, ')'),
);
const conditions = fc.oneof(
  simple,
  joined(simple, fc.constantFrom('AND', 'OR'), 'NOT', simple),
  joined('NOT (', simple, 'OR', simple, ')'),
);

const set = joined(
  paths,
  '=',
  fc.oneof(
    operands,
    joined(operands, fc.constantFrom('+', '-'), operands),
    joined('list_append(', operands, ',', operands, ')'),
    joined('if_not_exists(', paths, ',', operands, ')'),
  ),
);
const updates = fc.oneof(
  joined('SET', set),
  joined('SET', set, ',', set),
  joined('REMOVE', paths, ',', paths),
  joined(fc.constantFrom('ADD', 'DELETE'), paths, fc.constantFrom(':v', ':w')),
  joined('SET', set, 'REMOVE', paths, 'ADD', paths, ':v'),
);

/** The expressions, bound; undefined when they are refused. All placeholders are used, so that none is refused for that. */
function bound(text: { ConditionExpression?: string; UpdateExpression?: string }, values: Item): Bound | undefined {
  const ProjectionExpression = '#n';
  const FilterExpression = 'attribute_exists(#n) OR :v = :w';
  try {
    return bindExpressions({
      ...text,
      ProjectionExpression,
      FilterExpression,
      ExpressionAttributeNames: { '#n': 'b' },
      ExpressionAttributeValues: values,
    });
  } catch (error) {
    assert.ok(isFailure(error, 'ValidationException'), String(error));
    return undefined;
  }
}

test('conditions hold or not, for any item and any values', () => {
  fc.assert(
    fc.property(conditions, value, value, items, (ConditionExpression, v, w, item) => {
      const condition = bound({ ConditionExpression }, { ':v': v, ':w': w })?.condition;
      if (!condition) return;
      assert.equal(typeof holds(condition, item), 'boolean');
      assert.notEqual(holds(condition, item), holds({ kind: 'not', of: condition }, item));
    }),
    { numRuns: 400 },
  );
});

test('updates give an item that may be stored, or are refused; the item given stays as it was', () => {
  fc.assert(
    fc.property(updates, value, value, items, (UpdateExpression, v, w, item) => {
      const update = bound({ UpdateExpression }, { ':v': v, ':w': w })?.update;
      if (!update) return;
      const before = encodeItem(item);
      try {
        const { item: after, touched } = applyUpdate(update, item);
        checkItem(after);
        assert.ok(sameItem(normalizeItem(after), after));
        assert.ok(itemSize(pickPaths(after, touched)) <= itemSize(after));
      } catch (error) {
        assert.ok(isFailure(error, 'ValidationException'), String(error));
      }
      assert.equal(encodeItem(item), before);
    }),
    { numRuns: 700 },
  );
});
