import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AttributeValue, compareValues, type Item } from './item.ts';
import { checkIndexKeys, checkItemKeys, checkKey, encodeKey, type KeyElement, prefixBounds } from './keys.ts';
import { canonicalNumber } from './numbers.ts';

const bytes = (value: AttributeValue) => Buffer.from(encodeKey(value));
const numbers = fc
  .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: -60, max: 60 }))
  .map(([digits, exponent]): AttributeValue => ({ N: canonicalNumber(`${digits}E${exponent}`) }));
const texts = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.string({ unit: fc.constantFrom('\0', '\x01', '\x02', 'a', '\ue000', '😀') }),
  )
  .map((S): AttributeValue => ({ S }));
const binaries = fc.uint8Array({ maxLength: 6 }).map((B): AttributeValue => ({ B }));

for (const [type, values] of [
  ['N', numbers],
  ['S', texts],
  ['B', binaries],
] as const) {
  test(`encoded ${type} keys order as the values do`, () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        assert.equal(Math.sign(Buffer.compare(bytes(a), bytes(b))), Math.sign(compareValues(a, b)!));
      }),
      { numRuns: 500 },
    );
  });
}

test('the bounds of a prefix hold just what begins with it', () => {
  const within = (value: AttributeValue, prefix: AttributeValue) => {
    const { from, to } = prefixBounds(prefix);
    return (
      Buffer.compare(bytes(value), Buffer.from(from)) >= 0 &&
      (to === undefined || Buffer.compare(bytes(value), Buffer.from(to)) < 0)
    );
  };
  fc.assert(
    fc.property(texts, texts, texts, ({ S: a }, { S: b }, { S: c }) => {
      assert.ok(within({ S: `${a}${b}` }, { S: a! }));
      assert.equal(within({ S: c! }, { S: a! }), c!.startsWith(a!));
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(binaries, binaries, ({ B: a }, { B: b }) => {
      assert.ok(within({ B: Buffer.concat([a!, b!]) }, { B: a! }));
      assert.equal(within({ B: b! }, { B: a! }), Buffer.from(b!).subarray(0, a!.length).equals(a!));
    }),
  );
  assert.deepEqual(prefixBounds({ S: '\u{10ffff}' }), { from: '\u{10ffff}' });
  assert.deepEqual(prefixBounds({ S: 'a\ud7ff' }), { from: 'a\ud7ff', to: 'a\ue000' });
});

test('an encoded key has no NUL and is well-formed', () => {
  assert.equal(encodeKey({ S: 'a\0b\x01' }), 'a\x01\x01b\x01\x02');
  assert.equal(encodeKey({ S: '\ud800' }), '\ufffd');
});

const schema: KeyElement[] = [
  { name: 'pk', type: 'S', keyType: 'HASH' },
  { name: 'sk', type: 'N', keyType: 'RANGE' },
];

test('a Key has exactly the attributes of the schema', () => {
  checkKey(schema, { pk: { S: 'a' }, sk: { N: '1' } });
  const mismatch = { code: 'ValidationException', message: 'The provided key element does not match the schema' };
  const keys: Item[] = [
    {},
    { pk: { S: 'a' } },
    { pk: { S: 'a' }, other: { N: '1' } },
    { pk: { N: '1' }, sk: { N: '1' } },
    { pk: { S: 'a' }, sk: { N: '1' }, other: { S: 'b' } },
  ];
  for (const key of keys) assert.throws(() => checkKey(schema, key), mismatch);
});

test('key values are neither empty nor long', () => {
  const message = (run: () => void) => {
    try {
      run();
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const element = (type: 'S' | 'B', keyType: 'HASH' | 'RANGE'): KeyElement[] => [{ name: 'k', type, keyType }];
  const empty = (kind: string) =>
    `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: k`;
  assert.equal(
    message(() => checkKey(element('S', 'HASH'), { k: { S: '' } })),
    empty('string'),
  );
  assert.equal(
    message(() => checkItemKeys(element('B', 'RANGE'), { k: { B: new Uint8Array() } })),
    empty('binary'),
  );
  const long = 'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes';
  assert.equal(
    message(() => checkKey(element('S', 'HASH'), { k: { S: 'é'.repeat(1025) } })),
    long,
  );
  assert.equal(
    message(() => checkKey(element('S', 'HASH'), { k: { S: 'é'.repeat(1024) } })),
    undefined,
  );
  const longer =
    'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes';
  assert.equal(
    message(() => checkKey(element('B', 'RANGE'), { k: { B: new Uint8Array(1025) } })),
    longer,
  );
  assert.equal(
    message(() => checkKey(element('B', 'RANGE'), { k: { B: new Uint8Array(1024) } })),
    undefined,
  );
});

test('items have the keys of their table, and right ones of its indexes', () => {
  const refused = (run: () => void, message: string) => assert.throws(run, { code: 'ValidationException', message });
  const invalid = 'One or more parameter values were invalid: ';
  refused(() => checkItemKeys(schema, { pk: { S: 'a' } }), `${invalid}Missing the key sk in the item`);
  refused(
    () => checkItemKeys(schema, { pk: { S: 'a' }, sk: { S: '1' } }),
    `${invalid}Type mismatch for key sk expected: N actual: S`,
  );
  checkIndexKeys('by-sk', schema, {});
  refused(
    () => checkIndexKeys('by-sk', schema, { pk: { BOOL: true } }),
    `${invalid}Type mismatch for Index Key pk Expected: S Actual: BOOL IndexName: by-sk`,
  );
  refused(
    () => checkIndexKeys('by-sk', schema, { pk: { S: '' } }),
    'One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: by-sk, IndexKey: pk',
  );
});
