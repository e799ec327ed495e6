import type { Alarm, AlarmState } from './alarms.ts';

/** An alarm whose state changed: as it is now, and what its state was before. */
export interface AlarmChange {
  readonly alarm: Alarm;
  readonly previous: Pick<Alarm, 'state' | 'reason' | 'reasonData' | 'updated'>;
}

/** The actions that a change asks for. */
export function actionsOf({ alarm }: AlarmChange): readonly string[] {
  return alarm.actionsEnabled ? alarm.actions[alarm.state] : [];
}

/** What topics get of a change: subject, and message as JSON. */
export function alarmNotice({ alarm, previous }: AlarmChange): { readonly subject: string; readonly message: string } {
  const extended = /^p/.test(alarm.statistic);
  const message = {
    AlarmName: alarm.name,
    AlarmDescription: alarm.description ?? null,
    AWSAccountId: alarm.account,
    AlarmConfigurationUpdatedTimestamp: offsetTime(alarm.configured),
    NewStateValue: alarm.state,
    NewStateReason: alarm.reason,
    StateChangeTime: offsetTime(alarm.transitioned),
    Region: alarm.region,
    AlarmArn: alarm.arn,
    OldStateValue: previous.state,
    OKActions: alarm.actions.OK,
    AlarmActions: alarm.actions.ALARM,
    InsufficientDataActions: alarm.actions.INSUFFICIENT_DATA,
    Trigger: {
      MetricName: alarm.metric,
      Namespace: alarm.namespace,
      StatisticType: extended ? 'ExtendedStatistic' : 'Statistic',
      ...(extended ? { ExtendedStatistic: alarm.statistic } : { Statistic: STATISTICS[alarm.statistic] }),
      Unit: alarm.unit ?? null,
      Dimensions: alarm.dimensions.map(({ Name, Value }) => ({ value: Value, name: Name })),
      Period: alarm.period,
      EvaluationPeriods: alarm.evaluationPeriods,
      ...(alarm.datapointsToAlarm === undefined ? {} : { DatapointsToAlarm: alarm.datapointsToAlarm }),
      ComparisonOperator: alarm.comparison,
      Threshold: alarm.threshold,
      TreatMissingData: alarm.missing ?? '',
      EvaluateLowSampleCountPercentile: '',
    },
  };
  const subject = `${alarm.state}: "${alarm.name}" in ${alarm.region}`;
  return { subject: subject.length <= 100 ? subject : `${subject.slice(0, 97)}...`, message: JSON.stringify(message) };
}

const STATISTICS: Readonly<Record<string, string>> = {
  SampleCount: 'SAMPLE_COUNT',
  Average: 'AVERAGE',
  Sum: 'SUM',
  Minimum: 'MINIMUM',
  Maximum: 'MAXIMUM',
};

/** What functions get of a change. */
export function alarmEvent(change: AlarmChange): object {
  const { alarm } = change;
  const { arn: alarmArn, account: accountId, region } = alarm;
  const alarmData = { alarmName: alarm.name, ...statesOf(change) };
  return { source: 'aws.cloudwatch', alarmArn, accountId, time: offsetTime(alarm.transitioned), region, alarmData };
}

/** The detail of the event on the default bus, `CloudWatch Alarm State Change`. */
export function alarmDetail(change: AlarmChange): object {
  return { alarmName: change.alarm.name, ...statesOf(change) };
}

function statesOf({ alarm, previous }: AlarmChange) {
  const dimensions = Object.fromEntries(alarm.dimensions.map(({ Name, Value }) => [Name, Value]));
  const metric = { namespace: alarm.namespace, name: alarm.metric, dimensions };
  const unit = alarm.unit === undefined ? {} : { unit: alarm.unit };
  const metricStat = { metric, period: alarm.period, stat: alarm.statistic, ...unit };
  return {
    state: shownState(alarm),
    previousState: shownState(previous),
    configuration: {
      ...(alarm.description === undefined ? {} : { description: alarm.description }),
      metrics: [{ id: 'm1', metricStat, returnData: true }],
    },
  };
}

function shownState({ state, reason, reasonData, updated }: AlarmChange['previous']) {
  return {
    value: state satisfies AlarmState,
    reason,
    ...(reasonData === undefined ? {} : { reasonData }),
    timestamp: offsetTime(updated),
  };
}

/** `2026-01-01T00:00:00.000+0000` */
function offsetTime(time: number): string {
  return new Date(time).toISOString().replace('Z', '+0000');
}
