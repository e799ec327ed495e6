import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';
import { functionMetrics } from '../../model/index.ts';

const F = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const ASKED = {
  Namespace: 'AWS/Lambda',
  MetricName: 'Throttles',
  Dimensions: [{ Name: 'FunctionName', Value: 'f' }],
  Statistics: ['Sum', 'SampleCount'],
};
let room: MonitoringRoom;
beforeEach(async () => {
  room = await openMonitoring();
});
afterEach(() => room.close());

test('what the platform counts is written each minute, and at the end', async () => {
  const { counts, openMetrics } = room.monitoring;
  const count = functionMetrics(openMetrics);
  await counts.start();
  count(F, 'Throttles', 1);
  count(F, 'Throttles', 2);
  assert.deepEqual(await room.points(ASKED), []);
  await room.clock.advance(60_000);
  count(F, 'Throttles', 4);
  await counts.stop(AbortSignal.timeout(1000));
  assert.deepEqual(
    (await room.points(ASKED)).map(({ Sum, SampleCount }) => [Sum, SampleCount]),
    [
      [3, 2],
      [4, 1],
    ],
  );
});
