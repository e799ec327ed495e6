import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AttributeValue,
  attribute,
  checkItem,
  checkItemSize,
  compareValues,
  decodeItem,
  encodeItem,
  equalValues,
  type Item,
  itemSize,
  normalizeItem,
  sameItem,
  setAttribute,
  toJsonItem,
  valueSize,
} from './item.ts';
import { canonicalNumber } from './numbers.ts';

const refused = (value: unknown, message: string) =>
  assert.throws(() => checkItem({ a: value as AttributeValue }), { code: 'ValidationException', message });

test('a value has exactly one type', () => {
  const empty = 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes';
  for (const value of [{}, { $unknown: ['X', 1] }, undefined, null, { S: undefined }]) refused(value, empty);
  refused({ L: [{}] }, empty);
  const two = 'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes';
  refused({ S: 'a', N: '1' }, two);
  refused({ M: { x: { BOOL: true, NULL: true } } }, two);
});

test('sets are neither empty nor have duplicates', () => {
  const invalid = 'One or more parameter values were invalid: ';
  refused({ SS: [] }, `${invalid}An string set  may not be empty`);
  refused({ NS: [] }, `${invalid}An number set  may not be empty`);
  refused({ BS: [] }, `${invalid}Binary sets should not be empty`);
  refused({ SS: ['a', 'b', 'a'] }, `${invalid}Input collection [a, b, a] contains duplicates.`);
  refused({ NS: ['1', '1.0'] }, 'Input collection contains duplicates');
  refused({ BS: [Buffer.from('a'), Buffer.from('a')] }, `${invalid}Input collection [YQ==, YQ==]of type BS contains duplicates.`);
  refused({ NULL: false }, `${invalid}Null attribute value types must have the value of true`);
  refused({ N: 'x' }, 'The parameter cannot be converted to a numeric value: x');
  refused({ L: [{ NS: ['x'] }] }, 'The parameter cannot be converted to a numeric value: x');
  checkItem({ a: { S: '' }, b: { B: new Uint8Array() }, c: { L: [] }, d: { M: {} }, e: { NULL: true }, f: { BOOL: false } });
});

test('attributes have names, in maps too', () => {
  const unnamed = { '': { S: 'x' } };
  for (const item of [unnamed, { a: { M: unnamed } }, { a: { L: [{ M: unnamed }] } }] as Item[]) {
    assert.throws(() => checkItem(item), { code: 'ValidationException', message: 'Empty attribute name' });
  }
});

test('documents have at most 32 levels, the attribute counted', () => {
  const nested = (maps: number): AttributeValue => (maps === 0 ? { S: 'leaf' } : { M: { n: nested(maps - 1) } });
  checkItem({ a: nested(31) });
  refused(
    nested(32),
    'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
  );
});

test('numbers become canonical wherever they are; the rest stays the same object', () => {
  const item: Item = {
    a: { N: '1.0' },
    b: { L: [{ N: '2' }, { M: { c: { N: '03' } } }] },
    d: { NS: ['1e2', '4'] },
    e: { S: '1.0' },
  };
  assert.deepEqual(normalizeItem(item), {
    a: { N: '1' },
    b: { L: [{ N: '2' }, { M: { c: { N: '3' } } }] },
    d: { NS: ['100', '4'] },
    e: { S: '1.0' },
  });
  const canonical: Item = { a: { N: '1' }, b: { L: [{ N: '2' }] }, c: { M: { d: { S: 'x' } } } };
  assert.equal(normalizeItem(canonical), canonical);
});

test('sizes are those that DynamoDB counts', () => {
  const sizes: [AttributeValue, number][] = [
    [{ S: 'é' }, 2],
    [{ B: new Uint8Array(5) }, 5],
    [{ N: '0' }, 1],
    [{ N: '1' }, 2],
    [{ N: '100' }, 2],
    [{ N: '12' }, 2],
    [{ N: '123' }, 3],
    [{ N: '1234' }, 3],
    [{ N: '0.12' }, 2],
    [{ N: '1.2' }, 3],
    [{ N: '-1' }, 3],
    [{ BOOL: false }, 1],
    [{ NULL: true }, 1],
    [{ SS: ['ab', 'c'] }, 3],
    [{ NS: ['1', '2'] }, 4],
    [{ BS: [new Uint8Array(2)] }, 2],
    [{ L: [] }, 3],
    [{ L: [{ S: 'ab' }] }, 6],
    [{ M: {} }, 3],
    [{ M: { k: { S: 'ab' } } }, 7],
  ];
  for (const [value, size] of sizes) assert.equal(valueSize(value), size, JSON.stringify(value));
  assert.equal(itemSize({ id: { S: 'Fred' } }), 6);
  const full = { id: { S: 'x'.repeat(409_598) } };
  checkItemSize(full, 'put');
  const over = { ...full, a: { S: '' } };
  assert.throws(() => checkItemSize(over, 'put'), { message: 'Item size has exceeded the maximum allowed size' });
  assert.throws(() => checkItemSize(over, 'update'), { message: 'Item size to update has exceeded the maximum allowed size' });
});

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string().map((S) => ({ S })),
    fc.integer().map((n) => ({ N: canonicalNumber(String(n)) })),
    fc.uint8Array({ maxLength: 5 }).map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true }),
    fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 }).map((SS) => ({ SS })),
    fc.uniqueArray(fc.nat().map(String), { minLength: 1, maxLength: 4 }).map((NS) => ({ NS })),
    fc.uint8Array({ minLength: 1, maxLength: 3 }).map((bytes) => ({ BS: [bytes] })),
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 3, noNullPrototype: true }).map((M) => ({ M })),
  ),
}));
const items = fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 4, noNullPrototype: true });

test('an item is what was stored, binary too', () => {
  fc.assert(
    fc.property(items, (item) => {
      checkItem(item);
      const text = encodeItem(item);
      const read = decodeItem(text);
      assert.ok(sameItem(read, item) && sameItem(item, read));
      assert.equal(encodeItem(read), text);
      assert.equal(itemSize(read), itemSize(item));
      assert.equal(JSON.stringify(toJsonItem(item)), text);
    }),
  );
  const tricky: Item = { a: { S: '"B":"YQ=="' }, B: { S: '"BS":["' }, b: { M: { B: { B: Buffer.from('x') } } } };
  assert.ok(sameItem(decodeItem(encodeItem(tricky)), tricky));
});

test('equality is by value: sets without order, lists in order', () => {
  const equal = (a: AttributeValue, b: AttributeValue) => equalValues(a, b) && equalValues(b, a);
  assert.ok(equal({ SS: ['a', 'b'] }, { SS: ['b', 'a'] }));
  assert.ok(equal({ BS: [Buffer.from('a'), Buffer.from('b')] }, { BS: [Buffer.from('b'), Buffer.from('a')] }));
  assert.ok(!equal({ L: [{ S: 'a' }, { S: 'b' }] }, { L: [{ S: 'b' }, { S: 'a' }] }));
  assert.ok(!equal({ N: '1' }, { S: '1' }));
  assert.ok(!equal({ M: { a: { S: '' } } }, { M: {} }));
  assert.ok(!equal({ SS: ['a'] }, { SS: ['a', 'b'] }));
  fc.assert(
    fc.property(value, value, (a, b) => {
      assert.ok(equalValues(a, a));
      assert.equal(equalValues(a, b), equalValues(b, a));
    }),
  );
});

test('text orders by its UTF-8 bytes, and only S, N and B have an order', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(Math.sign(compareValues({ S: a }, { S: b })!), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  assert.equal(compareValues({ S: '1' }, { N: '1' }), undefined);
  assert.equal(compareValues({ BOOL: true }, { BOOL: true }), undefined);
});

test('any text may name an attribute', () => {
  const item: Item = {};
  setAttribute(item, '__proto__', { S: 'mine' });
  assert.deepEqual(Object.keys(item), ['__proto__']);
  assert.deepEqual(attribute(item, '__proto__'), { S: 'mine' });
  assert.equal(attribute(item, 'constructor'), undefined);
  assert.ok(sameItem(decodeItem(encodeItem(item)), item));
  assert.ok(!sameItem({ constructor: { S: 'x' } } as Item, { a: { S: 'x' } }));
});
