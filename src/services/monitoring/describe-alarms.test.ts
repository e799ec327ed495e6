import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { refusal } from '../../../test/support/account-room.ts';
import { ALARM, type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';

let room: MonitoringRoom;
beforeEach(async () => {
  room = await openMonitoring();
  for (const AlarmName of ['b', 'a2', 'a1']) await room.call('PutMetricAlarm', { ...ALARM, AlarmName });
  await room.call('PutMetricAlarm', { ...ALARM, AlarmName: 'elsewhere', AlarmActions: [] }, { region: 'eu-central-1' });
});
afterEach(() => room.close());

const names = async (input: object = {}) => {
  const { MetricAlarms, NextToken } = await room.call('DescribeAlarms', input);
  return [...MetricAlarms.map(({ AlarmName }: { AlarmName: string }) => AlarmName), ...(NextToken ? ['…'] : [])];
};

test('by name, prefix, state and action', async () => {
  assert.deepEqual(await names(), ['a1', 'a2', 'b']);
  assert.deepEqual(await names({ AlarmNames: ['b', 'none', 'a1'] }), ['a1', 'b']);
  assert.deepEqual(await names({ AlarmNamePrefix: 'a' }), ['a1', 'a2']);
  await room.call('SetAlarmState', { AlarmName: 'a2', StateValue: 'ALARM', StateReason: 'r' });
  assert.deepEqual(await names({ StateValue: 'ALARM' }), ['a2']);
  assert.deepEqual(await names({ ActionPrefix: 'arn:aws:sns' }), ['a1', 'a2', 'b']);
  assert.deepEqual(await names({ ActionPrefix: 'arn:aws:lambda' }), []);
  assert.deepEqual(await names({ AlarmTypes: ['CompositeAlarm'] }), []);
  assert.deepEqual(await names({ ChildrenOfAlarmName: 'a1' }), []);
  await assert.rejects(
    names({ AlarmNames: ['a'], AlarmNamePrefix: 'a' }),
    refusal('InvalidParameterCombinationException', /cannot both/),
  );
});

test('in pages', async () => {
  const first = await room.call('DescribeAlarms', { MaxRecords: 2 });
  assert.equal(first.MetricAlarms.length, 2);
  assert.deepEqual(await names({ MaxRecords: 2, NextToken: first.NextToken }), ['b']);
  assert.deepEqual(await names({ AlarmNames: ['a1', 'a2', 'b'], MaxRecords: 2, NextToken: first.NextToken }), ['b']);
  assert.deepEqual(await names({ AlarmNamePrefix: 'a', MaxRecords: 1 }), ['a1', '…']);
  await assert.rejects(names({ NextToken: 'x' }), refusal('InvalidNextToken'));
});
