import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinValues, type MetricValues, MOST_BINS, percentile, summed, valuesOf } from './metric-values.ts';

const number = fc.oneof(fc.integer({ min: -1000, max: 100_000 }), fc.double({ min: -(2 ** 360), max: 2 ** 360, noNaN: true }));
const numbers = fc.array(number, { minLength: 1, maxLength: 60 });

test('values that are all the same need no distribution', () => {
  const two = joinValues(valuesOf(7), valuesOf(7, 3));
  assert.deepEqual(two, { count: 4, sum: 28, min: 7, max: 7 });
  assert.equal(percentile(two, 99), 7);
});

test('percentiles are right to two per cent', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 80 }),
      fc.integer({ min: 1, max: 100 }),
      (all, percent) => {
        const sorted = [...all].sort((a, b) => a - b);
        const right = sorted[Math.max(0, Math.ceil((percent / 100) * all.length - 1e-9) - 1)]!;
        const found = percentile(summed(all)!, percent)!;
        assert.ok(Math.abs(found - right) <= 0.021 * right, `${percent}: ${found} for ${right}`);
      },
    ),
  );
});

test('what is next to nothing lies on its side of zero', () => {
  const { bins } = summed([-1e-300, 0, 1e-300])!;
  assert.deepEqual(bins, [-1, 1, 0, 1, 1, 1]);
});

test('in one go or one by one, in any order, it is the same', () => {
  fc.assert(
    fc.property(numbers, numbers, (some, others) => {
      const parts = [...some, ...others].map((value) => valuesOf(value));
      const oneByOne = parts.reduce((sum, one) => joinValues(sum, one));
      const halves = joinValues(summed(others)!, summed(some)!);
      const atOnce = summed([...some, ...others])!;
      for (const made of [oneByOne, halves]) {
        const { sum, ...rest } = made;
        const { sum: right, ...wanted } = atOnce;
        assert.deepEqual(rest, wanted);
        assert.ok(Math.abs(sum - right) <= Math.max(Math.abs(atOnce.min), Math.abs(atOnce.max)) * 1e-9);
      }
    }),
  );
});

test('the distribution stays bounded, and its highest part exact', () => {
  const all = Array.from({ length: 4000 }, (_, i) => 1.05 ** (i % 800));
  const made = all.map((value) => valuesOf(value)).reduce((sum, one): MetricValues => joinValues(sum, one));
  assert.equal(made.bins!.length, MOST_BINS * 2);
  assert.equal(
    made.bins!.reduce((sum, value, i) => (i % 2 === 1 ? sum + value : sum), 0),
    4000,
  );
  const right = 1.05 ** 791;
  assert.ok(Math.abs(percentile(made, 99)! - right) <= right * 0.05);
});

test('of sums alone no percentile is known, unless all values are the same', () => {
  const set = { count: 3, sum: 6, min: 1, max: 3, bins: null };
  assert.equal(percentile(set, 50), undefined);
  assert.equal(percentile(joinValues(valuesOf(2), set), 50), undefined);
  assert.equal(percentile({ ...set, min: 2, max: 2 }, 50), 2);
});
