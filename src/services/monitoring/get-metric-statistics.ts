import type { Datapoint, GetMetricStatisticsInput, GetMetricStatisticsOutput } from '@aws-sdk/client-cloudwatch';
import type { MetricValues, Operation } from '../../model/index.ts';
import type { MonitoringDeps } from './deps.ts';
import { dimensionsText } from './known-metrics.ts';
import { readValues } from './read-values.ts';
import { invalidCombination } from './refusals.ts';
import { type Statistic, statisticOf } from './statistics.ts';
import { checkPeriod, rangeOf } from './time-ranges.ts';

const MOST_POINTS = 1440;

/** GetMetricStatistics (spec/backends.md §10): datapoints in the order of time, of each unit its own. */
export function getMetricStatistics(deps: MonitoringDeps): Operation<GetMetricStatisticsInput, GetMetricStatisticsOutput> {
  return async (input, context) => {
    const { Statistics = [], ExtendedStatistics = [], Period } = input;
    if (Statistics.length > 0 === ExtendedStatistics.length > 0) {
      throw invalidCombination('Must specify either Statistics or ExtendedStatistics, but not both.');
    }
    checkPeriod(Period!);
    const { from, to } = rangeOf(input.StartTime!, input.EndTime!, { periods: [Period!], now: context.now });
    const periodMs = Period! * 1000;
    checkCount(Math.ceil((to - from) / periodMs));
    const plain = Statistics.map((name) => [name, statisticOf(name)] as const);
    const extended = ExtendedStatistics.map((name) => [name, statisticOf(name)] as const);
    const found = await readValues(deps.store.read, {
      account: context.account,
      region: context.region,
      namespace: input.Namespace!,
      name: input.MetricName!,
      dimensions: dimensionsText(input.Dimensions),
      ...{ from, to, periodMs, unit: input.Unit, distribution: extended.length > 0, now: context.now },
    });
    const points = [...found].flatMap(([unit, periods]) =>
      [...periods].map(([time, values]) => ({
        Timestamp: new Date(time),
        ...answered(plain, values),
        ...(extended.length > 0 ? { ExtendedStatistics: answered(extended, values) } : {}),
        Unit: unit as Datapoint['Unit'],
      })),
    );
    points.sort((a, b) => a.Timestamp.getTime() - b.Timestamp.getTime());
    return { Label: input.MetricName!, Datapoints: points };
  };
}

function checkCount(points: number): void {
  if (points <= MOST_POINTS) return;
  throw invalidCombination(
    `You have requested up to ${points} datapoints, which exceeds the limit of ${MOST_POINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
  );
}

function answered(statistics: readonly (readonly [string, Statistic])[], values: MetricValues): Record<string, number> {
  const answers: Record<string, number> = {};
  for (const [name, statistic] of statistics) {
    const value = statistic(values);
    if (value !== undefined) answers[name] = value;
  }
  return answers;
}
