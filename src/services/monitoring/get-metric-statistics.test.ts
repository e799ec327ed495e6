import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { refusal } from '../../../test/support/account-room.ts';
import { type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';

let room: MonitoringRoom;
beforeEach(async () => {
  room = await openMonitoring();
});
afterEach(() => room.close());

test('percentiles, from values; of sets they are not known', async () => {
  await room.put(...Array.from({ length: 100 }, (_, i) => ({ Value: i + 1 })));
  const asked = { Statistics: undefined, ExtendedStatistics: ['p50', 'p99', 'p100'] };
  const [{ ExtendedStatistics: found }] = (await room.points(asked)) as [{ ExtendedStatistics: Record<string, number> }];
  assert.ok(Math.abs(found.p50! - 50) <= 1.5 && Math.abs(found.p99! - 99) <= 2.5, JSON.stringify(found));
  assert.equal(found.p100, 100);
  await room.put({ StatisticValues: { SampleCount: 2, Sum: 3, Minimum: 1, Maximum: 2 } });
  assert.deepEqual(
    (await room.points(asked)).map(({ ExtendedStatistics }) => ExtendedStatistics),
    [{}],
  );
});

test('periods begin where the range does; the end does not count', async () => {
  const now = room.clock.now();
  for (const minutes of [1, 2, 3, 4, 5]) await room.put({ Value: minutes, Timestamp: new Date(now - minutes * 60_000) });
  const StartTime = new Date(now - 5 * 60_000 + 59_000);
  const found = await room.points({ StartTime, EndTime: new Date(now - 60_000), Period: 180 });
  assert.deepEqual(
    found.map(({ Timestamp, Sum }) => [(Timestamp.getTime() - now) / 60_000, Sum]),
    [
      [-5, 12],
      [-2, 2],
    ],
  );
});

test('a metric that nobody put has no datapoints', async () => {
  assert.deepEqual(await room.points({ MetricName: 'other' }), []);
});

test('what is refused', async () => {
  const now = room.clock.now();
  await assert.rejects(
    room.points({ Statistics: [] }),
    refusal('InvalidParameterCombinationException', /^Must specify either Statistics or ExtendedStatistics, but not both\.$/),
  );
  await assert.rejects(room.points({ Period: 7 }), refusal('InvalidParameterValueException', /The value 7 for parameter Period/));
  await assert.rejects(
    room.points({ StartTime: new Date(now + 60_000) }),
    refusal('ValidationException', /^The parameter StartTime must be less than the parameter EndTime\.$/),
  );
  await assert.rejects(
    room.points({ StartTime: new Date(now - 1441 * 60_000), EndTime: new Date(now) }),
    refusal(
      'InvalidParameterCombinationException',
      /^You have requested up to 1441 datapoints, which exceeds the limit of 1440\. You may reduce the datapoints requested by increasing Period, or decreasing the time range\.$/,
    ),
  );
  await assert.rejects(
    room.points({ Statistics: undefined, ExtendedStatistics: ['tm90'] }),
    refusal('InvalidParameterValueException', /The statistic tm90 is not implemented/),
  );
});
