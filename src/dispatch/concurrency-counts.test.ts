import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/clock.ts';
import type { FunctionSpec, OpenMetrics } from '../model/index.ts';
import { createConcurrencyCounts } from './concurrency-counts.ts';

const spec = (name: string, account = '000000000000') =>
  ({ account, region: 'us-east-1', name, arn: `${account}:${name}` }) as FunctionSpec;

test('the most at a time of each minute, of each function and of all', async () => {
  const clock = manualClock();
  let told: unknown[] = [];
  const open: OpenMetrics = (family) => (resource, name, value) => {
    assert.equal(name, 'ConcurrentExecutions');
    const [dimensions] = family.dimensionsOf(resource);
    told.push([family.placeOf(resource).account.slice(0, 1), dimensions!.FunctionName ?? '(all)', value]);
  };
  const counts = createConcurrencyCounts(clock, open);
  await counts.start();
  const first = counts.begin(spec('f'));
  counts.begin(spec('f'))();
  const other = counts.begin(spec('g'));
  counts.begin(spec('f', '111111111111'))();
  other();
  await clock.advance(60_000);
  assert.deepEqual(told, [
    ['0', 'f', 2],
    ['0', '(all)', 2],
    ['0', 'g', 1],
    ['1', 'f', 1],
    ['1', '(all)', 1],
  ]);
  told = [];
  await clock.advance(60_000);
  assert.deepEqual(told, [
    ['0', 'f', 1],
    ['0', '(all)', 1],
  ]);
  first();
  told = [];
  await counts.stop(AbortSignal.timeout(1000));
  assert.deepEqual(told, [
    ['0', 'f', 1],
    ['0', '(all)', 1],
  ]);
  told = [];
  await clock.advance(120_000);
  assert.deepEqual(told, []);
});
