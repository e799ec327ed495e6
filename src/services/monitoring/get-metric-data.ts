import type { GetMetricDataInput, GetMetricDataOutput, MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { Operation, OperationContext } from '../../model/index.ts';
import type { MonitoringDeps } from './deps.ts';
import { dimensionsText } from './known-metrics.ts';
import { pageToken, readToken } from './page-tokens.ts';
import { readValues } from './read-values.ts';
import { invalid, notImplemented } from './refusals.ts';
import { needsDistribution, statisticOf } from './statistics.ts';
import { checkPeriod, rangeOf } from './time-ranges.ts';

const MOST_QUERIES = 500;
const MOST_POINTS = 100_800;

interface Page {
  readonly from: number;
  readonly to: number;
  readonly ascending: boolean;
}

/** GetMetricData (spec/backends.md §10): metrics; expressions are refused by name. Pages go on within a query. */
export function getMetricData(deps: MonitoringDeps): Operation<GetMetricDataInput, GetMetricDataOutput> {
  return async (input, context) => {
    const queries = input.MetricDataQueries!;
    queries.forEach(checkQuery(context));
    checkQueries(queries);
    const most = input.MaxDatapoints ?? MOST_POINTS;
    if (most < 1 || most > MOST_POINTS) throw invalid(`The parameter MaxDatapoints must be from 1 to ${MOST_POINTS}.`);
    const periods = queries.map((query) => query.MetricStat!.Period!);
    const range = rangeOf(input.StartTime!, input.EndTime!, { periods, now: context.now });
    const page = { ...range, ascending: input.ScanBy === 'TimestampAscending' };
    const asked = queries.filter(({ ReturnData }) => ReturnData !== false);
    let [at, skipped] = input.NextToken === undefined ? [0, 0] : (readToken(input.NextToken, ['number', 'number']) as number[]);
    const results: MetricDataResult[] = [];
    for (let left = most; at! < asked.length; at = at! + 1) {
      const all = await resultOf(deps, asked[at!]!, page, context);
      const points = all.slice(skipped, skipped! + left);
      const more = all.length > skipped! + points.length;
      results.push(shown(asked[at!]!, points, more));
      if (more) return { MetricDataResults: results, NextToken: pageToken([at!, skipped! + points.length]), Messages: [] };
      left -= points.length;
      skipped = 0;
    }
    return { MetricDataResults: results, Messages: [] };
  };
}

function checkQuery({ account }: OperationContext) {
  return ({ Id, Expression, MetricStat, Label, AccountId }: MetricDataQuery, i: number) => {
    const path = `MetricDataQueries.member.${i + 1}`;
    if (!/^[a-z][A-Za-z0-9_]{0,254}$/.test(Id!)) throw invalid(`The value ${Id} for parameter ${path}.Id is invalid.`);
    if ((Expression === undefined) === (MetricStat === undefined)) {
      throw invalid(`Exactly one of ${path}.MetricStat and ${path}.Expression must be specified.`);
    }
    if (Expression !== undefined) throw notImplemented(`${path}.Expression`);
    if (AccountId !== undefined && AccountId !== account) throw notImplemented(`${path}.AccountId of another account`);
    if (Label?.includes('${')) throw notImplemented(`A dynamic label (${path}.Label)`);
    if (!MetricStat!.Metric!.Namespace || !MetricStat!.Metric!.MetricName) {
      throw invalid(`${path}.MetricStat.Metric must have a Namespace and a MetricName.`);
    }
    checkPeriod(MetricStat!.Period!, `${path}.MetricStat.Period`);
    statisticOf(MetricStat!.Stat!);
  };
}

function checkQueries(queries: readonly MetricDataQuery[]): void {
  if (queries.length === 0) throw invalid('The parameter MetricDataQueries is required.');
  if (queries.length > MOST_QUERIES) {
    throw invalid(`The collection MetricDataQueries must not have a size greater than ${MOST_QUERIES}.`);
  }
  if (new Set(queries.map(({ Id }) => Id)).size < queries.length) throw invalid('The ids of MetricDataQueries must be unique.');
}

/** Values by their time in the order that is asked for; of a metric with several units, all that have the statistic. */
async function resultOf(
  { store }: MonitoringDeps,
  { MetricStat }: MetricDataQuery,
  { from, to, ascending }: Page,
  { account, region, now }: OperationContext,
): Promise<readonly (readonly [number, number])[]> {
  const { Metric, Period, Stat, Unit } = MetricStat!;
  const statistic = statisticOf(Stat!);
  const found = await readValues(store.read, {
    ...{ account, region, from, to, now, unit: Unit, periodMs: Period! * 1000 },
    namespace: Metric!.Namespace!,
    name: Metric!.MetricName!,
    dimensions: dimensionsText(Metric!.Dimensions),
    distribution: needsDistribution(Stat!),
  });
  const points: [number, number][] = [];
  for (const periods of found.values()) {
    for (const [time, values] of periods) {
      const value = statistic(values);
      if (value !== undefined) points.push([time, value]);
    }
  }
  return points.sort(ascending ? ([a], [b]) => a - b : ([a], [b]) => b - a);
}

function shown(
  { Id, Label, MetricStat }: MetricDataQuery,
  points: readonly (readonly [number, number])[],
  more: boolean,
): MetricDataResult {
  return {
    Id,
    Label: Label ?? MetricStat!.Metric!.MetricName!,
    Timestamps: points.map(([time]) => new Date(time)),
    Values: points.map(([, value]) => value),
    StatusCode: more ? 'PartialData' : 'Complete',
  };
}
