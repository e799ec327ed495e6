import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { embeddedMetrics } from './recorded-metrics.ts';

const place = { account: '000000000000', region: 'us-east-1' };
const NOW = Date.UTC(2026, 0, 1);
const line = (more: object = {}, directive: object = {}) =>
  JSON.stringify({
    _aws: {
      Timestamp: NOW,
      CloudWatchMetrics: [
        { Namespace: 'shop', Dimensions: [['service'], []], Metrics: [{ Name: 'ms', Unit: 'Milliseconds' }], ...directive },
      ],
    },
    service: 'cart',
    ms: 12,
    ...more,
  });
const found = (text: string) =>
  embeddedMetrics(text, place, NOW).map(({ name, dimensions, values, unit }) => [name, dimensions, values.sum, unit]);

test('each metric, for each set of dimensions', () => {
  assert.deepEqual(found(line()), [
    ['ms', '[["service","cart"]]', 12, 'Milliseconds'],
    ['ms', '[]', 12, 'Milliseconds'],
  ]);
  const [first] = embeddedMetrics(line({ ms: [1, 2, 'x'] }, { Metrics: [{ Name: 'ms', StorageResolution: 1 }] }), place, NOW);
  const { bins: _, ...values } = first!.values;
  assert.deepEqual([values, first!.fine, first!.unit], [{ count: 2, sum: 3, min: 1, max: 2 }, true, 'None']);
  assert.deepEqual([first!.namespace, first!.time, first!.account], ['shop', NOW, place.account]);
});

test('what is malformed is passed over', () => {
  assert.deepEqual(found('no "_aws" JSON'), []);
  assert.deepEqual(found('{"_aws"'), []);
  assert.deepEqual(found('{"_aws":{}}'), []);
  assert.deepEqual(found(line({ ms: 'twelve' })), []);
  assert.deepEqual(found(line({ ms: undefined })), []);
  assert.deepEqual(found(line({}, { Namespace: '' })), []);
  assert.deepEqual(found(line({}, { Dimensions: [['missing'], 'service'] })), []);
  assert.deepEqual(embeddedMetrics(line(), place, NOW + 15 * 86_400_000), []);
  assert.deepEqual(embeddedMetrics(line(), place, NOW - 3 * 3_600_000), []);
});

test('any JSON is taken or passed over', () => {
  const directive = fc.record({ Namespace: fc.jsonValue(), Dimensions: fc.jsonValue(), Metrics: fc.jsonValue() });
  fc.assert(
    fc.property(fc.array(fc.oneof(directive, fc.jsonValue())), fc.jsonValue(), (CloudWatchMetrics, other) => {
      const text = JSON.stringify({ ...Object(other), _aws: { Timestamp: NOW, CloudWatchMetrics } });
      for (const one of embeddedMetrics(text, place, NOW)) assert.ok(Number.isFinite(one.values.sum) || one.values.count > 1);
    }),
    { numRuns: 200 },
  );
});
