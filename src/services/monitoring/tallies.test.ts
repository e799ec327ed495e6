import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionMetrics, percentile, topicMetrics } from '../../model/index.ts';
import { createTallies } from './tallies.ts';

const F = 'arn:aws:lambda:us-east-1:000000000000:function:f';

test('values of a metric are summed up until they are taken, each under its sets of dimensions', () => {
  let now = 125_000;
  const tallies = createTallies(() => now);
  const count = functionMetrics(tallies.open);
  for (let value = 1; value <= 1000; value++) count(`${F}:live`, 'AsyncEventAge', value);
  now = 185_000;
  count(F, 'Throttles', 1);
  count(F, 'Throttles', 1);
  const taken = tallies.take();
  const ages = taken.filter(({ name }) => name === 'AsyncEventAge');
  assert.deepEqual(
    ages.map(({ dimensions }) => JSON.parse(dimensions)),
    [
      [],
      [['FunctionName', 'f']],
      [
        ['FunctionName', 'f'],
        ['Resource', 'f:live'],
      ],
    ],
  );
  for (const { values, time, unit, namespace, account, region } of ages) {
    assert.deepEqual([values.count, values.sum, values.min, values.max], [1000, 500_500, 1, 1000]);
    assert.ok(Math.abs(percentile(values, 90)! - 900) < 20);
    assert.deepEqual([time, unit, namespace], [120_000, 'Milliseconds', 'AWS/Lambda']);
    assert.deepEqual([account, region], ['000000000000', 'us-east-1']);
  }
  const throttles = taken.filter(({ name }) => name === 'Throttles');
  assert.deepEqual(
    throttles.map(({ values, dimensions }) => [values.sum, JSON.parse(dimensions).length]),
    [
      [2, 0],
      [2, 1],
      [2, 2],
    ],
  );
  assert.ok(throttles.some(({ dimensions }) => dimensions.includes('["Resource","f"]')));
  assert.deepEqual(tallies.take(), []);
  count(F, 'Throttles', 1);
  assert.equal(tallies.take()[0]!.time, 180_000);
});

test('no more than ten thousand resources of a kind are kept', () => {
  const tallies = createTallies(() => 0);
  const count = topicMetrics(tallies.open);
  for (let i = 0; i < 10_010; i++) count(`arn:aws:sns:us-east-1:000000000000:t${i}`, 'PublishSize', i);
  count('arn:aws:sns:us-east-1:000000000000:t0', 'PublishSize', 1);
  const taken = tallies.take();
  assert.equal(taken.length, 10_000);
  assert.deepEqual([taken[0]!.dimensions, taken[0]!.values.count], ['[["TopicName","t0"]]', 2]);
});
