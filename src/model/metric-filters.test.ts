import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type LogEvent, type MetricFilter, newGroup } from './logs.ts';
import { canRead, createMeasureLines } from './metric-filters.ts';

const measure = createMeasureLines();
const filter = { name: 'n', namespace: 'app', metric: 'm', created: 0 };
const line = (text: string): LogEvent => ({ time: 5, text, ingested: 5, stream: '0b', first: 5, seq: 1, index: 0 });
const measured = (given: Partial<MetricFilter> & Pick<MetricFilter, 'pattern' | 'value'>, ...texts: string[]) => {
  const group = {
    ...newGroup({ account: '000000000000', region: 'us-east-1' }, 'g', '0a', 0),
    metricFilters: [{ ...filter, ...given }],
  };
  return measure(group, texts.map(line)).map(({ values, dimensions }) => [values.sum, dimensions]);
};

test('a number for each line, or what the pattern’s kind can read', () => {
  assert.deepEqual(measured({ pattern: '', value: '2.5' }, 'a\n', 'b'), [
    [2.5, '[]'],
    [2.5, '[]'],
  ]);
  const json = { pattern: '{ $.ok IS TRUE }', value: '$.o.ms', dimensions: { who: '$.who' } };
  assert.deepEqual(measured(json, '{"ok":true,"o":{"ms":7},"who":"me"}', '{"ok":true,"o":{"ms":7}}', '{"ok":false,"who":"x"}'), [
    [7, '[["who","me"]]'],
  ]);
  assert.deepEqual(
    measured({ pattern: '[verb, ..., ms]', value: '$ms', dimensions: { verb: '$verb' } }, 'GET /a 200 12\n', 'PUT x'),
    [[12, '[["verb","GET"]]']],
  );
  assert.deepEqual(measured({ pattern: '{ $.n = * }', value: '$.n' }, '{"n":"4e2"}', '{"n":"four"}', '{"n":1e300}'), [
    [400, '[]'],
  ]);
});

test('what can be read by which pattern', () => {
  const readable = (pattern: string) =>
    ['1', '-2.5', '$.a.b', '$.l[0]', '$name', 'x', ''].filter((from) => canRead(from, pattern));
  assert.deepEqual(readable('ERROR'), ['1', '-2.5']);
  assert.deepEqual(readable('{ $.x = 1 }'), ['1', '-2.5', '$.a.b', '$.l[0]']);
  assert.deepEqual(readable('[name]'), ['1', '-2.5', '$name']);
});

test('any line is measured or passed over', () => {
  const patterns = [
    { pattern: '{ $.a = * || $.a NOT EXISTS }', value: '$.a', dimensions: { d: '$.d' } },
    { pattern: '[a, ...]', value: '$a' },
  ];
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), fc.constantFrom(...patterns), (text, given) => {
      for (const [value] of measured(given, text)) assert.ok(Number.isFinite(value));
    }),
    { numRuns: 200 },
  );
});
