import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';

const PLACE = { account: '000000000000', region: 'us-east-1' };
const metric = { namespace: 'AWS/Lambda', name: 'Throttles', unit: 'Count', dimensions: { FunctionName: 'f' } };
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
  const { counts, countMetric } = room.monitoring;
  await counts.start();
  countMetric(PLACE, metric, 1);
  countMetric(PLACE, metric, 2);
  assert.deepEqual(await room.points(ASKED), []);
  await room.clock.advance(60_000);
  countMetric(PLACE, metric, 4);
  await counts.stop(AbortSignal.timeout(1000));
  assert.deepEqual(
    (await room.points(ASKED)).map(({ Sum, SampleCount }) => [Sum, SampleCount]),
    [
      [3, 2],
      [4, 1],
    ],
  );
});
