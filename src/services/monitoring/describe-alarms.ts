import type { DescribeAlarmsInput, DescribeAlarmsOutput, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Key } from '../../kernel/index.ts';
import type { Alarm, Operation, OperationContext } from '../../model/index.ts';
import { alarms } from './collections.ts';
import type { MonitoringDeps } from './deps.ts';
import { pageToken, readToken } from './page-tokens.ts';
import { invalidCombination } from './refusals.ts';

const PAGE = 50;

/** DescribeAlarms: in the order of their names. There are metric alarms only. */
export function describeAlarms(deps: MonitoringDeps): Operation<DescribeAlarmsInput, DescribeAlarmsOutput> {
  return async (input, context) => {
    const { AlarmNames, AlarmNamePrefix, AlarmTypes, MaxRecords = PAGE } = input;
    if (AlarmNames?.length && AlarmNamePrefix !== undefined) {
      throw invalidCombination('AlarmNames and AlarmNamePrefix cannot both be specified.');
    }
    const composite = input.ChildrenOfAlarmName ?? input.ParentsOfAlarmName;
    const metricToo = AlarmTypes === undefined || AlarmTypes.length === 0 || AlarmTypes.includes('MetricAlarm');
    if (composite !== undefined || !metricToo) return { CompositeAlarms: [], MetricAlarms: [] };
    const found: MetricAlarm[] = [];
    for await (const alarm of all(deps, input, context)) {
      if (found.length === MaxRecords) {
        return { CompositeAlarms: [], MetricAlarms: found, NextToken: pageToken([found.at(-1)!.AlarmName!]) };
      }
      if (isWanted(alarm, input)) found.push(shownAlarm(alarm));
    }
    return { CompositeAlarms: [], MetricAlarms: found };
  };
}

/** Alarms by name, or those that begin with the prefix, behind the token. */
async function* all(
  { store }: MonitoringDeps,
  { AlarmNames, AlarmNamePrefix = '', NextToken }: DescribeAlarmsInput,
  { account, region }: OperationContext,
): AsyncIterable<Alarm> {
  const last = NextToken === undefined ? undefined : (readToken(NextToken, ['string'])[0] as string);
  if (AlarmNames?.length) {
    for (const name of [...new Set(AlarmNames)].sort()) {
      const alarm = last === undefined || name > last ? await store.read.get(alarms, [account, region, name]) : undefined;
      if (alarm) yield alarm;
    }
    return;
  }
  const start = last === undefined ? { from: [AlarmNamePrefix] as Key } : { after: [last] as Key };
  for (let where: { from?: Key; after?: Key } = start; ; ) {
    const page = await store.read.range(alarms, { prefix: [account, region], limit: 500, ...where });
    for (const alarm of page.items) {
      if (!alarm.name.startsWith(AlarmNamePrefix)) return;
      yield alarm;
    }
    if (!page.next) return;
    where = { after: page.next };
  }
}

function isWanted({ state, actions }: Alarm, { StateValue, ActionPrefix }: DescribeAlarmsInput): boolean {
  if (StateValue !== undefined && state !== StateValue) return false;
  return ActionPrefix === undefined || Object.values(actions).some((list) => list.some((arn) => arn.startsWith(ActionPrefix)));
}

function shownAlarm(alarm: Alarm): MetricAlarm {
  const { description, reasonData, unit, datapointsToAlarm, missing, statistic } = alarm;
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    ...(description === undefined ? {} : { AlarmDescription: description }),
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configured),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: [...alarm.actions.OK],
    AlarmActions: [...alarm.actions.ALARM],
    InsufficientDataActions: [...alarm.actions.INSUFFICIENT_DATA],
    StateValue: alarm.state,
    StateReason: alarm.reason,
    ...(reasonData === undefined ? {} : { StateReasonData: reasonData }),
    StateUpdatedTimestamp: new Date(alarm.updated),
    StateTransitionedTimestamp: new Date(alarm.transitioned),
    MetricName: alarm.metric,
    Namespace: alarm.namespace,
    ...(statistic.startsWith('p') ? { ExtendedStatistic: statistic } : { Statistic: statistic as MetricAlarm['Statistic'] }),
    Dimensions: [...alarm.dimensions],
    Period: alarm.period,
    ...(unit === undefined ? {} : { Unit: unit as MetricAlarm['Unit'] }),
    EvaluationPeriods: alarm.evaluationPeriods,
    ...(datapointsToAlarm === undefined ? {} : { DatapointsToAlarm: datapointsToAlarm }),
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    ...(missing === undefined ? {} : { TreatMissingData: missing }),
  };
}
