import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { refusal } from '../../../test/support/account-room.ts';
import { ALARM, type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';
import { type AlarmChange, alarmTopic } from '../../model/index.ts';

let room: MonitoringRoom;
beforeEach(async () => {
  room = await openMonitoring();
  await room.call('PutMetricAlarm', ALARM);
});
afterEach(() => room.close());

const set = (StateValue: string, more: object = {}) =>
  room.call('SetAlarmState', { AlarmName: 'a', StateValue, StateReason: 'said so', ...more }, { cause: 'c' });

test('a state that differs is an event, once', async () => {
  await set('ALARM', { StateReasonData: '{"x":1}' });
  await room.clock.advance(1000);
  await set('ALARM');
  const events = await room.store.read.events(alarmTopic.name, 0, 1, 10);
  assert.equal(events.length, 1);
  assert.deepEqual([events[0]!.subject, events[0]!.cause], ['arn:aws:cloudwatch:us-east-1:000000000000:alarm:a', 'c']);
  const { alarm, previous } = events[0]!.body as AlarmChange;
  assert.deepEqual([alarm.state, alarm.reason, alarm.reasonData], ['ALARM', 'said so', '{"x":1}']);
  assert.deepEqual([previous.state, previous.reason], ['INSUFFICIENT_DATA', 'Unchecked: Initial alarm creation']);
  const [shown] = (await room.call('DescribeAlarms')).MetricAlarms;
  assert.equal(shown.StateUpdatedTimestamp.getTime() - shown.StateTransitionedTimestamp.getTime(), 1000);
  assert.equal(shown.StateReasonData, undefined);
});

test('what is refused', async () => {
  await assert.rejects(set('OK', { AlarmName: 'none' }), refusal('ResourceNotFound', /^$/, 404));
  await assert.rejects(set('OK', { StateReasonData: '{' }), refusal('InvalidFormatFault', /not valid JSON/));
});
