import type { Place } from './functions.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** A metric alarm; what it says is kept as PutMetricAlarm was given it. */
export interface Alarm extends Place {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly actionsEnabled: boolean;
  /** ARNs of topics and functions, by the state that they are told of. */
  readonly actions: Readonly<Record<AlarmState, readonly string[]>>;
  readonly namespace: string;
  readonly metric: string;
  /** In the order given. */
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[];
  /** `Average`, …, or `p99`. */
  readonly statistic: string;
  /** Seconds. */
  readonly period: number;
  readonly unit?: string;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number;
  readonly threshold: number;
  readonly comparison: Comparison;
  readonly missing?: MissingData;
  readonly state: AlarmState;
  readonly reason: string;
  /** JSON. */
  readonly reasonData?: string;
  /** Epoch ms: of what PutMetricAlarm said, of the last reason, and of the last change of state. */
  readonly configured: number;
  readonly updated: number;
  readonly transitioned: number;
  readonly tags: Readonly<Record<string, string>>;
}

export type MissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

const COMPARISONS = {
  GreaterThanOrEqualToThreshold: [(value: number, threshold: number) => value >= threshold, 'greater than or equal to'],
  GreaterThanThreshold: [(value: number, threshold: number) => value > threshold, 'greater than'],
  LessThanThreshold: [(value: number, threshold: number) => value < threshold, 'less than'],
  LessThanOrEqualToThreshold: [(value: number, threshold: number) => value <= threshold, 'less than or equal to'],
} as const;

type Comparison = keyof typeof COMPARISONS;

export function isComparison(name: string): name is Comparison {
  return Object.hasOwn(COMPARISONS, name);
}

/** Time (epoch ms) and value of one period. */
export type AlarmPoint = readonly [time: number, value: number];

export interface AlarmVerdict {
  readonly state: AlarmState;
  readonly reason: string;
  /** Those that counted, oldest first. */
  readonly points: readonly AlarmPoint[];
}

/** How many periods before the evaluated ones may stand in for missing ones. */
export const SPARE_PERIODS = 2;

type Rule = Pick<Alarm, 'evaluationPeriods' | 'datapointsToAlarm' | 'threshold' | 'comparison' | 'missing' | 'state'>;

/**
 * Judges the points of the last evaluationPeriods + SPARE_PERIODS periods, oldest first and without those that are missing, as AWS's tables of
 * missing data do. Undefined: the state is kept.
 */
export function judgeAlarm(rule: Rule, given: readonly AlarmPoint[]): AlarmVerdict | undefined {
  const { evaluationPeriods: wanted, datapointsToAlarm: needed = wanted, missing = 'missing', threshold } = rule;
  const points = given.slice(-wanted);
  const [breaches] = COMPARISONS[rule.comparison];
  const breaching = points.filter(([, value]) => breaches(value, threshold)).length;
  const filled = wanted - points.length;
  if (points.length === 0) return judgeNothing(missing, wanted);
  const allBreach = breaching === points.length;
  if (breaching + (missing === 'breaching' ? filled : 0) >= needed) return verdict('ALARM', rule, { points, breaching });
  if (filled > 0 && allBreach && missing === 'ignore') return undefined;
  if (filled > 0 && allBreach && missing === 'missing') return verdict('ALARM', rule, { points, breaching });
  return verdict('OK', rule, { points, breaching });
}

function judgeNothing(missing: MissingData, periods: number): AlarmVerdict | undefined {
  if (missing === 'ignore') return undefined;
  const plural = (noun: string) => `${periods} ${noun}${periods === 1 ? '' : 's'}`;
  const was = periods === 1 ? 'was' : 'were';
  if (missing === 'missing') {
    return { state: 'INSUFFICIENT_DATA', reason: `Insufficient Data: ${plural('datapoint')} ${was} unknown.`, points: [] };
  }
  const [state, word] = missing === 'breaching' ? (['ALARM', 'Breaching'] as const) : (['OK', 'NonBreaching'] as const);
  const reason = `Threshold Crossed: no datapoints were received for ${plural('period')} and ${plural('missing datapoint')} ${was} treated as [${word}].`;
  return { state, reason, points: [] };
}

function verdict(
  state: 'OK' | 'ALARM',
  rule: Rule,
  { points, breaching }: { readonly points: readonly AlarmPoint[]; readonly breaching: number },
): AlarmVerdict {
  const { evaluationPeriods: wanted, datapointsToAlarm: needed = wanted, threshold } = rule;
  const [, words] = COMPARISONS[rule.comparison];
  const listed = `[${points.map(([time, value]) => `${decimal(value)} (${shortTime(time)})`).join(', ')}]`;
  const limit = `${words} the threshold (${decimal(threshold)})`;
  if (state === 'OK') {
    const one = points.length === 1;
    const reason = `Threshold Crossed: ${points.length} datapoint${one ? '' : 's'} ${listed} ${one ? 'was' : 'were'} not ${limit}.`;
    return { state, reason, points };
  }
  const least = `(minimum ${needed} datapoint${needed === 1 ? '' : 's'} for OK -> ALARM transition)`;
  const reason = `Threshold Crossed: ${breaching} out of the last ${wanted} datapoints ${listed} ${breaching === 1 ? 'was' : 'were'} ${limit} ${least}.`;
  return { state, reason, points };
}

function decimal(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
}

/** `31/12/26 23:59:00` */
function shortTime(time: number): string {
  const [date = '', clock = ''] = new Date(time).toISOString().split('T');
  const [year = '', month, day] = date.split('-');
  return `${day}/${month}/${year.slice(2)} ${clock.slice(0, 8)}`;
}
