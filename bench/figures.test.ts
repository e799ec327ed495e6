import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compared, figure, leftOut, median, percentile, reached, tableOf } from './figures.ts';

test('the median is in the middle, whatever the order', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const middle = median(values);
      assert.ok(values.filter((value) => value < middle).length <= values.length / 2);
      assert.ok(values.filter((value) => value > middle).length <= values.length / 2);
    }),
  );
});

test('a percentile is one of the values, and that part of all does not exceed it', () => {
  assert.equal(percentile([5, 1, 4, 2, 3], 0.5), 3);
  assert.equal(
    percentile(
      Array.from({ length: 100 }, (_, i) => i + 1),
      0.99,
    ),
    99,
  );
  assert.equal(percentile([7], 0.99), 7);
});

test('a target is reached by the ratio or by the value, and its edge counts unless it must stay below', () => {
  const yardstick = { name: 'bare', value: 100 };
  const is = (value: number, at: 'least' | 'most' | 'below', wanted: number, of: 'ratio' | 'value') =>
    reached(figure('it', value, '/s', { yardstick, target: { at, value: wanted, of } }));
  assert.equal(is(35, 'least', 0.35, 'ratio'), true);
  assert.equal(is(34, 'least', 0.35, 'ratio'), false);
  assert.equal(is(400, 'most', 4, 'ratio'), true);
  assert.equal(is(401, 'most', 4, 'ratio'), false);
  assert.equal(is(110, 'below', 1.1, 'ratio'), false);
  assert.equal(is(2, 'most', 2, 'value'), true);
  assert.equal(reached(figure('it', 1, 'ms')), undefined);
});

test('the ratio of several rounds is the median of their ratios, not the ratio of the medians', () => {
  const rounds = [
    { value: 10, yardstick: 100 },
    { value: 20, yardstick: 40 },
    { value: 90, yardstick: 90 },
  ];
  const { value, yardstick, ratio } = compared('it', 'ms', { rounds, yardstick: 'bare' });
  assert.deepEqual([value, yardstick?.value, ratio], [20, 90, 0.5]);
});

test('the table is aligned and says what fell short', () => {
  const yardstick = { name: 'bare', value: 10_000 };
  const text = tableOf([
    figure('good', 12_345, '/s', { yardstick, target: { at: 'least', value: 1, of: 'ratio' } }),
    figure('slow', 2.5, 'ms', { target: { at: 'most', value: 2, of: 'value' } }),
    figure('only shown', 10.06, 'MiB'),
  ]);
  assert.equal(
    text,
    [
      'FIGURE          VALUE  YARDSTICK         RATIO  TARGET  REACHED',
      'good        12,345 /s  10,000 /s (bare)   1.23  ≥ 1     yes',
      'slow          2.50 ms  –                     –  ≤ 2 ms  NO',
      'only shown   10.1 MiB  –                     –  –       –',
    ].join('\n'),
  );
});

test('what could not be measured is in the table with the reason', () => {
  const text = tableOf([leftOut('beside Other 1.0', 'no Maven'), figure('good', 12.3, 'µs')]);
  assert.equal(
    text,
    [
      'FIGURE              VALUE  YARDSTICK           RATIO  TARGET  REACHED',
      'beside Other 1.0        –  left out: no Maven      –  –       –',
      'good              12.3 µs  –                       –  –       –',
    ].join('\n'),
  );
  assert.equal(reached(leftOut('it', 'gone')), undefined);
});
