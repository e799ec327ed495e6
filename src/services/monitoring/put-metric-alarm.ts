import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { type Alarm, isComparison, type MissingData, type Operation, type Place, parseArn, targetOf } from '../../model/index.ts';
import { noteConfigured } from './alarm-history.ts';
import { withTags } from './alarm-tags.ts';
import { alarms } from './collections.ts';
import type { MonitoringDeps } from './deps.ts';
import { invalid, invalidCombination, missing, notImplemented } from './refusals.ts';
import { statisticOf } from './statistics.ts';

const MISSING: readonly string[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const DAY_S = 86_400;

/** PutMetricAlarm (spec/backends.md §10): one metric, one threshold. An alarm that is there keeps its state and its tags. */
export function putMetricAlarm(deps: MonitoringDeps): Operation<PutMetricAlarmInput> {
  return async (input, context) => {
    refuseUnkept(input);
    const { account, region, now } = context;
    const name = input.AlarmName!;
    const id = deps.ids.uuid();
    const said = saidOf(input, { account, region });
    await deps.store.transact(async (tx) => {
      const old = await tx.get(alarms, [account, region, name]);
      const begun: Pick<Alarm, 'state' | 'reason' | 'reasonData' | 'updated' | 'transitioned' | 'tags'> = old ?? {
        ...{ state: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation', updated: now, transitioned: now },
        tags: withTags({}, input.Tags),
      };
      const { state, reason, reasonData, updated, transitioned, tags } = begun;
      const kept = { state, reason, ...(reasonData === undefined ? {} : { reasonData }), updated, transitioned, tags };
      const arn = `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
      const alarm = { account, region, name, arn, ...said, configured: now, ...kept };
      await tx.put(alarms, alarm);
      await noteConfigured(tx, alarm, { what: old ? 'updated' : 'created', now, id });
    });
    return {};
  };
}

/** What is not enforced here is refused by its name. */
function refuseUnkept(input: PutMetricAlarmInput): void {
  const settings = [
    'Metrics',
    'ThresholdMetricId',
    'EvaluationWindow',
    'WarmUpConfiguration',
    'EvaluationCriteria',
    'EvaluationInterval',
    'ActionConfiguration',
  ] as const;
  for (const setting of settings) {
    const value = input[setting];
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) throw notImplemented(setting);
  }
  if (![undefined, '', 'evaluate'].includes(input.EvaluateLowSampleCountPercentile)) {
    throw notImplemented(`EvaluateLowSampleCountPercentile ${input.EvaluateLowSampleCountPercentile}`);
  }
}

type Said = Omit<
  Alarm,
  'account' | 'region' | 'name' | 'arn' | 'configured' | 'state' | 'reason' | 'reasonData' | 'updated' | 'transitioned' | 'tags'
>;

function saidOf(input: PutMetricAlarmInput, place: Place): Said {
  const { Namespace, MetricName, ComparisonOperator, EvaluationPeriods, Threshold, DatapointsToAlarm, AlarmDescription, Unit } =
    input;
  const required = { Namespace, MetricName, ComparisonOperator, EvaluationPeriods, Threshold };
  for (const [setting, value] of Object.entries(required)) {
    if (value === undefined) throw missing(`The parameter ${setting} is required.`);
  }
  if (!isComparison(ComparisonOperator!)) throw notImplemented(`ComparisonOperator ${ComparisonOperator}`);
  const period = periodOf(input);
  if (DatapointsToAlarm !== undefined && DatapointsToAlarm > EvaluationPeriods!) {
    throw invalid('DatapointsToAlarm must not be greater than EvaluationPeriods.');
  }
  const treated = input.TreatMissingData;
  if (treated !== undefined && !MISSING.includes(treated)) throw invalid(`The value ${treated} for TreatMissingData is invalid.`);
  return {
    ...(AlarmDescription === undefined ? {} : { description: AlarmDescription }),
    actionsEnabled: input.ActionsEnabled ?? true,
    actions: {
      OK: actionsIn(input.OKActions, place),
      ALARM: actionsIn(input.AlarmActions, place),
      INSUFFICIENT_DATA: actionsIn(input.InsufficientDataActions, place),
    },
    namespace: Namespace!,
    metric: MetricName!,
    dimensions: (input.Dimensions ?? []).map(({ Name, Value }) => ({ Name: Name!, Value: Value! })),
    statistic: statisticIn(input),
    period,
    ...(Unit === undefined ? {} : { unit: Unit }),
    evaluationPeriods: EvaluationPeriods!,
    ...(DatapointsToAlarm === undefined ? {} : { datapointsToAlarm: DatapointsToAlarm }),
    threshold: Threshold!,
    comparison: ComparisonOperator,
    ...(treated === undefined ? {} : { missing: treated as MissingData }),
  };
}

function statisticIn({ Statistic, ExtendedStatistic }: PutMetricAlarmInput): string {
  if ((Statistic === undefined) === (ExtendedStatistic === undefined)) {
    throw invalidCombination('Exactly one of Statistic and ExtendedStatistic must be specified.');
  }
  const name = Statistic ?? ExtendedStatistic!;
  statisticOf(name);
  return name;
}

function periodOf({ Period, EvaluationPeriods }: PutMetricAlarmInput): number {
  if (Period === undefined) throw missing('The parameter Period is required.');
  if (![10, 20, 30].includes(Period) && Period % 60 !== 0) throw invalid('Period must be 10, 20, 30 or a multiple of 60.');
  if (Period * EvaluationPeriods! > (Period < 3600 ? DAY_S : 7 * DAY_S)) {
    throw invalid(
      'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400), or seven days with periods of an hour or more.',
    );
  }
  return Period;
}

/** Topics and functions of the same region; there is nothing else here that an alarm could do. */
function actionsIn(given: readonly string[] = [], { region }: Place): readonly string[] {
  for (const arn of given) {
    const kind = targetOf(arn)?.kind;
    if (kind !== 'topic' && kind !== 'function') throw notImplemented(`The action ${arn.slice(0, 256)}`);
    if (parseArn(arn)!.region !== region)
      throw invalid(`Invalid region ${parseArn(arn)!.region} specified. Only ${region} is supported.`);
  }
  return given;
}
