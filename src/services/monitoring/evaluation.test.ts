import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ALARM, type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';
import { type AlarmChange, alarmTopic } from '../../model/index.ts';

const MINUTE = 60_000;
let room: MonitoringRoom;
beforeEach(async () => {
  room = await openMonitoring();
});
afterEach(() => room.close());

const state = async () => (await room.call('DescribeAlarms')).MetricAlarms[0].StateValue;
const changes = async () =>
  (await room.store.read.events(alarmTopic.name, 0, 1, 10)).map(({ body }) => {
    const { alarm, previous } = body as AlarmChange;
    return `${previous.state} > ${alarm.state}`;
  });
/** Goes on to the next minute and looks. */
const nextMinute = async () => {
  await room.clock.advance(MINUTE);
  await room.monitoring.evaluation.round();
};

test('as values come and cease: each change once, with its reason', async () => {
  await room.call('PutMetricAlarm', { ...ALARM, Threshold: 10, EvaluationPeriods: 1 });
  await room.put({ Value: 3 });
  await nextMinute();
  assert.equal(await state(), 'OK');
  await room.put({ Value: 8 }, { Value: 8 });
  assert.equal(await state(), 'OK');
  await nextMinute();
  await room.monitoring.evaluation.round();
  const [alarm] = (await room.call('DescribeAlarms')).MetricAlarms;
  assert.equal(alarm.StateValue, 'ALARM');
  assert.match(
    alarm.StateReason,
    /^Threshold Crossed: 1 out of the last 1 datapoints \[16\.0 \(01\/01\/26 00:01:00\)\] was greater than/,
  );
  const { recentDatapoints, threshold, evaluatedDatapoints } = JSON.parse(alarm.StateReasonData);
  assert.deepEqual([recentDatapoints, threshold, evaluatedDatapoints.length], [[16], 10, 1]);
  for (let i = 0; i < 3; i++) await nextMinute();
  assert.equal(await state(), 'INSUFFICIENT_DATA');
  assert.deepEqual(await changes(), ['INSUFFICIENT_DATA > OK', 'OK > ALARM', 'ALARM > INSUFFICIENT_DATA']);
});

test('an alarm of ten seconds is looked at every ten seconds, one of a minute once a minute', async () => {
  await room.call('PutMetricAlarm', { ...ALARM, AlarmName: 'fast', Period: 10, EvaluationPeriods: 1, Threshold: 0 });
  await room.call('PutMetricAlarm', { ...ALARM, AlarmName: 'slow', EvaluationPeriods: 1, Threshold: 0 });
  await room.monitoring.evaluation.round();
  await room.put({ Value: 1, StorageResolution: 1 });
  await room.clock.advance(10_000);
  await room.monitoring.evaluation.round();
  const states = async () =>
    (await room.call('DescribeAlarms')).MetricAlarms.map((one: { StateValue: string }) => one.StateValue);
  assert.deepEqual(await states(), ['ALARM', 'INSUFFICIENT_DATA']);
  await room.clock.advance(50_000);
  await room.monitoring.evaluation.round();
  assert.equal((await states())[1], 'ALARM');
});

test('a metric of Lambda, and percentiles', async () => {
  const Dimensions = [{ Name: 'FunctionName', Value: 'f' }];
  const about = { Namespace: 'AWS/Lambda', MetricName: 'Duration', Dimensions, EvaluationPeriods: 1, Threshold: 90 };
  await room.call('PutMetricAlarm', { ...ALARM, ...about, Statistic: undefined, ExtendedStatistic: 'p95' });
  await room.metered(...Array.from({ length: 100 }, (_, i) => ({ durationMs: i + 1 })));
  await nextMinute();
  assert.equal(await state(), 'ALARM');
});

test('runs every ten seconds between start and stop', async () => {
  await room.call('PutMetricAlarm', { ...ALARM, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' });
  await room.monitoring.evaluation.start();
  await room.clock.advance(10_000);
  await room.monitoring.evaluation.stop(AbortSignal.timeout(1000));
  await room.monitoring.evaluation.round();
  assert.deepEqual(await changes(), ['INSUFFICIENT_DATA > OK']);
});
