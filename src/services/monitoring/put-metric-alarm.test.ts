import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { refusal } from '../../../test/support/account-room.ts';
import { ALARM, type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';

let room: MonitoringRoom;
beforeEach(async () => {
  room = await openMonitoring();
});
afterEach(() => room.close());

const put = (more: object = {}) => room.call('PutMetricAlarm', { ...ALARM, ...more });
const shown = async () => (await room.call('DescribeAlarms')).MetricAlarms[0];

test('what is said is kept; an alarm that is there keeps its state and tags', async () => {
  const created = new Date(room.clock.now());
  const said = { AlarmDescription: 'd', DatapointsToAlarm: 1, Unit: 'Count', TreatMissingData: 'ignore' };
  await put({ ...said, Tags: [{ Key: 'k', Value: 'v' }] });
  const state = {
    StateValue: 'INSUFFICIENT_DATA',
    StateReason: 'Unchecked: Initial alarm creation',
    StateUpdatedTimestamp: created,
    StateTransitionedTimestamp: created,
  };
  const AlarmArn = 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:a';
  const lists = { OKActions: [], InsufficientDataActions: [], ActionsEnabled: true, Dimensions: [] };
  assert.deepEqual(await shown(), {
    ...ALARM,
    ...said,
    ...lists,
    ...state,
    AlarmArn,
    AlarmConfigurationUpdatedTimestamp: created,
  });
  await room.call('SetAlarmState', { AlarmName: 'a', StateValue: 'OK', StateReason: 'r' });
  await room.clock.advance(1000);
  await put({ Threshold: 7, Statistic: undefined, ExtendedStatistic: 'p99', Tags: [{ Key: 'other', Value: 'x' }] });
  const changed = await shown();
  assert.deepEqual([changed.Threshold, changed.ExtendedStatistic, changed.StateValue], [7, 'p99', 'OK']);
  assert.equal(changed.AlarmConfigurationUpdatedTimestamp.getTime(), created.getTime() + 1000);
  assert.deepEqual((await room.call('ListTagsForResource', { ResourceARN: AlarmArn })).Tags, [{ Key: 'k', Value: 'v' }]);
});

const refused: readonly (readonly [string, object, string, RegExp])[] = [
  ['metric math', { Metrics: [{ Id: 'e' }] }, 'InvalidParameterValueException', /^Metrics is not implemented/],
  ['composed evaluation', { EvaluationWindow: {} }, 'InvalidParameterValueException', /EvaluationWindow/],
  [
    'ignored samples',
    { EvaluateLowSampleCountPercentile: 'ignore' },
    'InvalidParameterValueException',
    /EvaluateLowSampleCountPercentile ignore/,
  ],
  ['bands', { ComparisonOperator: 'LessThanLowerThreshold' }, 'InvalidParameterValueException', /LessThanLowerThreshold/],
  [
    'other actions',
    { AlarmActions: ['arn:aws:automate:us-east-1:ec2:stop'] },
    'InvalidParameterValueException',
    /The action arn:aws:automate/,
  ],
  ['another region', { OKActions: ['arn:aws:sns:eu-west-1:000000000000:t'] }, 'ValidationException', /Invalid region eu-west-1/],
  ['no statistic', { Statistic: undefined }, 'InvalidParameterCombinationException', /Exactly one of Statistic/],
  ['an unknown statistic', { Statistic: undefined, ExtendedStatistic: 'tm99' }, 'InvalidParameterValueException', /tm99/],
  ['no threshold', { Threshold: undefined }, 'MissingRequiredParameterException', /Threshold/],
  ['no period', { Period: undefined }, 'MissingRequiredParameterException', /Period/],
  ['a crooked period', { Period: 61 }, 'ValidationException', /Period must be/],
  ['more than a day', { Period: 1800, EvaluationPeriods: 49 }, 'ValidationException', /more than a day/],
  ['more points than periods', { DatapointsToAlarm: 3 }, 'ValidationException', /DatapointsToAlarm/],
  ['another treatment', { TreatMissingData: 'x' }, 'ValidationException', /TreatMissingData/],
];
test('what is refused is not kept', async () => {
  for (const [what, more, code, message] of refused) await assert.rejects(put(more), refusal(code, message), what);
  assert.equal(await shown(), undefined);
});
