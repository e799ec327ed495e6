import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AlarmChange, actionsOf, alarmDetail, alarmEvent, alarmNotice } from './alarm-changes.ts';

const TIME = Date.UTC(2026, 0, 1);
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:t';
const change: AlarmChange = {
  alarm: {
    ...{ account: '000000000000', region: 'us-east-1', name: 'a', arn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:a' },
    ...{ actionsEnabled: true, actions: { OK: [], ALARM: [TOPIC], INSUFFICIENT_DATA: [] } },
    ...{ namespace: 'n', metric: 'm', dimensions: [{ Name: 'd', Value: 'v' }], statistic: 'Average', period: 60 },
    ...{ evaluationPeriods: 2, threshold: 1, comparison: 'GreaterThanThreshold', tags: {} },
    ...{ state: 'ALARM', reason: 'why', reasonData: '{}', configured: TIME, updated: TIME + 1, transitioned: TIME + 1 },
  },
  previous: { state: 'OK', reason: 'before', updated: TIME },
};

test('the actions of the new state, if they are enabled', () => {
  assert.deepEqual(actionsOf(change), [TOPIC]);
  assert.deepEqual(actionsOf({ ...change, alarm: { ...change.alarm, actionsEnabled: false } }), []);
  assert.deepEqual(actionsOf({ ...change, alarm: { ...change.alarm, state: 'OK' } }), []);
});

test('what topics get', () => {
  const { subject, message } = alarmNotice(change);
  assert.equal(subject, 'ALARM: "a" in us-east-1');
  assert.deepEqual(JSON.parse(message), {
    AlarmName: 'a',
    AlarmDescription: null,
    AWSAccountId: '000000000000',
    AlarmConfigurationUpdatedTimestamp: '2026-01-01T00:00:00.000+0000',
    NewStateValue: 'ALARM',
    NewStateReason: 'why',
    StateChangeTime: '2026-01-01T00:00:00.001+0000',
    Region: 'us-east-1',
    AlarmArn: change.alarm.arn,
    OldStateValue: 'OK',
    OKActions: [],
    AlarmActions: [TOPIC],
    InsufficientDataActions: [],
    Trigger: {
      MetricName: 'm',
      Namespace: 'n',
      StatisticType: 'Statistic',
      Statistic: 'AVERAGE',
      Unit: null,
      Dimensions: [{ value: 'v', name: 'd' }],
      Period: 60,
      EvaluationPeriods: 2,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 1,
      TreatMissingData: '',
      EvaluateLowSampleCountPercentile: '',
    },
  });
  const { Trigger } = JSON.parse(alarmNotice({ ...change, alarm: { ...change.alarm, statistic: 'p99' } }).message);
  assert.deepEqual([Trigger.StatisticType, Trigger.ExtendedStatistic], ['ExtendedStatistic', 'p99']);
  assert.equal(alarmNotice({ ...change, alarm: { ...change.alarm, name: 'x'.repeat(255) } }).subject.length, 100);
});

test('what functions and buses get', () => {
  const states = {
    alarmName: 'a',
    state: { value: 'ALARM', reason: 'why', reasonData: '{}', timestamp: '2026-01-01T00:00:00.001+0000' },
    previousState: { value: 'OK', reason: 'before', timestamp: '2026-01-01T00:00:00.000+0000' },
    configuration: {
      metrics: [
        {
          id: 'm1',
          metricStat: { metric: { namespace: 'n', name: 'm', dimensions: { d: 'v' } }, period: 60, stat: 'Average' },
          returnData: true,
        },
      ],
    },
  };
  assert.deepEqual(alarmDetail(change), states);
  assert.deepEqual(alarmEvent(change), {
    source: 'aws.cloudwatch',
    alarmArn: change.alarm.arn,
    accountId: '000000000000',
    time: '2026-01-01T00:00:00.001+0000',
    region: 'us-east-1',
    alarmData: states,
  });
});
