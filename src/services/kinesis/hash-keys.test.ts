import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adjoins, before, decimalOf, evenRanges, explicitHash, HASH_KEYS, hashOf, hexOf } from './hash-keys.ts';
import { Layout } from './layouts.ts';

const key = fc.bigInt({ min: 0n, max: HASH_KEYS - 1n });

test('text compares as the numbers do, and decimals come back', () =>
  fc.assert(
    fc.property(key, key, (a, b) => {
      assert.equal(hexOf(a) < hexOf(b), a < b);
      assert.equal(decimalOf(hexOf(a)), a.toString());
      assert.equal(explicitHash(a.toString()), hexOf(a));
      if (a > 0n) assert.equal(before(hexOf(a)), hexOf(a - 1n));
    }),
    { numRuns: 200 },
  ));

test('even ranges cover all keys, in order, without gaps; each key is in the one that a layout finds', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), key, (count, wanted) => {
      const ranges = evenRanges(count);
      assert.equal(ranges[0]!.from, hexOf(0n));
      assert.equal(ranges.at(-1)!.to, hexOf(HASH_KEYS - 1n));
      for (let i = 1; i < count; i++) assert.ok(adjoins(ranges[i - 1]!, ranges[i]!));
      const shards = ranges.map((range, shard) => ({ ...range, shard, stream: '', lane: 0, first: 1, parents: [], created: 0 }));
      const { from, to } = new Layout(shards.toReversed()).of(hexOf(wanted));
      assert.ok(from <= hexOf(wanted) && hexOf(wanted) <= to);
    }),
    { numRuns: 100 },
  ));

test('the hash key of a partition key is its MD5', () => {
  assert.equal(hashOf('k'), '8ce4b16b22b58894aa86c421e8759df3');
  assert.equal(hashOf('ü'), 'c03410a5204b21cd8229ff754688d743');
});
