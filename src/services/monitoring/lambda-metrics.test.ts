import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';

let room: MonitoringRoom;
beforeEach(async () => {
  room = await openMonitoring();
});
afterEach(() => room.close());

const Statistics = ['SampleCount', 'Sum', 'Minimum', 'Maximum'];
const of = (MetricName: string, Value?: string, more = {}) =>
  room.points({
    Namespace: 'AWS/Lambda',
    MetricName,
    Dimensions: Value === undefined ? [] : [{ Name: 'FunctionName', Value }],
    Statistics,
    ...more,
  });
const bare = ({ Timestamp: _, ...point }: Record<string, unknown>) => point;

test('invocations, errors and durations come from the sums that bills are made of', async () => {
  await room.metered({ durationMs: 10 }, { durationMs: 30, status: 'timeout' }, { function: 'g', durationMs: 5 });
  await room.metered({ durationMs: 20 });
  assert.deepEqual((await of('Invocations', 'f')).map(bare), [{ SampleCount: 3, Sum: 3, Minimum: 1, Maximum: 1, Unit: 'Count' }]);
  assert.deepEqual((await of('Errors', 'f')).map(bare), [{ SampleCount: 3, Sum: 1, Minimum: 0, Maximum: 1, Unit: 'Count' }]);
  assert.deepEqual((await of('Duration', 'f')).map(bare), [
    { SampleCount: 3, Sum: 60, Minimum: 10, Maximum: 30, Unit: 'Milliseconds' },
  ]);
  const [point] = await of('Duration', 'f', { Statistics: undefined, ExtendedStatistics: ['p50'] });
  assert.ok(Math.abs(point!.ExtendedStatistics.p50 - 20) < 0.5);
});

test('without dimensions all functions of the account and region count', async () => {
  await room.metered({ durationMs: 10 }, { function: 'g', durationMs: 5 }, { account: '111111111111', durationMs: 1 });
  assert.deepEqual((await of('Duration')).map(bare), [
    { SampleCount: 2, Sum: 15, Minimum: 5, Maximum: 10, Unit: 'Milliseconds' },
  ]);
  assert.deepEqual(await of('Invocations', 'none'), []);
  assert.deepEqual(await of('NoSuchMetric', 'f'), []);
});
