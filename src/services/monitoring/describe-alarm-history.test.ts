import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { refusal } from '../../../test/support/account-room.ts';
import { ALARM, type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';
import type { Answer } from '../../../test/support/s3-room.ts';

const MINUTE = 60_000;
let room: MonitoringRoom;
let began: number;
beforeEach(async () => {
  room = await openMonitoring();
  began = room.clock.now();
  for (const AlarmName of ['a', 'b']) await room.call('PutMetricAlarm', { ...ALARM, AlarmName });
  await room.call('PutMetricAlarm', { ...ALARM, AlarmName: 'a', AlarmActions: [] }, { region: 'eu-central-1' });
  await room.clock.advance(MINUTE);
  await room.call('SetAlarmState', { AlarmName: 'a', StateValue: 'ALARM', StateReason: 'said', StateReasonData: '{"n":1}' });
  await room.call('SetAlarmState', { AlarmName: 'a', StateValue: 'ALARM', StateReason: 'again' });
  await room.clock.advance(MINUTE);
  await room.call('PutMetricAlarm', { ...ALARM, AlarmName: 'a', Threshold: 7 });
  await room.clock.advance(MINUTE);
  await room.call('DeleteAlarms', { AlarmNames: ['a', 'none'] });
});
afterEach(() => room.close());

const summaries = async (input: object = {}) => {
  const { AlarmHistoryItems } = await room.call('DescribeAlarmHistory', input);
  return AlarmHistoryItems.map(({ HistorySummary }: Answer) => HistorySummary);
};
const OF_A = ['Alarm "a" deleted', 'Alarm "a" updated', 'Alarm updated from INSUFFICIENT_DATA to ALARM', 'Alarm "a" created'];

test('what became of alarms, of one or of all, also when it is gone', async () => {
  assert.deepEqual(await summaries({ AlarmName: 'a' }), OF_A);
  assert.deepEqual(await summaries({ AlarmName: 'a', ScanBy: 'TimestampAscending' }), OF_A.toReversed());
  assert.deepEqual((await summaries()).sort(), [...OF_A, 'Alarm "b" created'].sort());
  assert.deepEqual(await summaries({ HistoryItemType: 'StateUpdate' }), [OF_A[2]]);
  assert.deepEqual(await summaries({ HistoryItemType: 'Action' }), []);
  assert.deepEqual(await summaries({ AlarmTypes: ['CompositeAlarm'] }), []);
  assert.deepEqual(await summaries({ AlarmName: 'none' }), []);
  const [from, to] = [new Date(began + MINUTE), new Date(began + 2 * MINUTE)];
  assert.deepEqual(await summaries({ StartDate: from, EndDate: to }), OF_A.slice(1, 3));
  await assert.rejects(summaries({ AlarmContributorId: 'c' }), refusal('InvalidParameterValueException', /AlarmContributorId/));
});

test('with what it was and is', async () => {
  const [changed] = (await room.call('DescribeAlarmHistory', { HistoryItemType: 'StateUpdate' })).AlarmHistoryItems;
  assert.deepEqual([changed.AlarmName, changed.AlarmType], ['a', 'MetricAlarm']);
  assert.equal(changed.Timestamp.getTime(), began + MINUTE);
  assert.deepEqual(JSON.parse(changed.HistoryData), {
    version: '1.0',
    oldState: { stateValue: 'INSUFFICIENT_DATA', stateReason: 'Unchecked: Initial alarm creation' },
    newState: { stateValue: 'ALARM', stateReason: 'said', stateReasonData: { n: 1 } },
  });
  const [updated] = (
    await room.call('DescribeAlarmHistory', { HistoryItemType: 'ConfigurationUpdate', AlarmName: 'a' })
  ).AlarmHistoryItems.slice(1);
  const { type, updatedAlarm } = JSON.parse(updated.HistoryData);
  assert.deepEqual([type, updatedAlarm.threshold, updatedAlarm.state], ['Update', 7, undefined]);
});

test('in pages', async () => {
  for (const asked of [{}, { AlarmName: 'a' }, { ScanBy: 'TimestampAscending' }, { HistoryItemType: 'ConfigurationUpdate' }]) {
    const found: string[] = [];
    for (let NextToken: string | undefined, more = true; more; ) {
      const page = await room.call('DescribeAlarmHistory', { ...asked, MaxRecords: 2, NextToken });
      assert.ok(page.AlarmHistoryItems.length <= 2);
      found.push(...page.AlarmHistoryItems.map(({ HistorySummary }: Answer) => HistorySummary));
      NextToken = page.NextToken;
      more = NextToken !== undefined;
    }
    assert.deepEqual(found, await summaries(asked));
  }
  await assert.rejects(summaries({ NextToken: 'x' }), refusal('InvalidNextToken'));
});

test('for thirty days', async () => {
  await room.clock.advance(30 * 86_400_000 - 2 * MINUTE + 1);
  await room.monitoring.sweep.round();
  assert.deepEqual(await summaries(), OF_A.slice(0, 2));
});
