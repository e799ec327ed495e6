import type { DimensionFilter, ListMetricsInput, ListMetricsOutput, Metric as Shown } from '@aws-sdk/client-cloudwatch';
import type { Key, Reader } from '../../kernel/index.ts';
import { type Operation, type OperationContext, usageRollups } from '../../model/index.ts';
import { metrics } from './collections.ts';
import type { MonitoringDeps } from './deps.ts';
import { dimensionsOf } from './known-metrics.ts';
import { functionNames, lambdaMetricNames } from './lambda-metrics.ts';
import { pageToken, readToken } from './page-tokens.ts';
import { invalidValue, notImplemented } from './refusals.ts';

const PAGE = 500;
/** Of rows, where functions came first. */
const ROWS_BESIDE = 300;
/** Rows looked at in one call: a page may be short and have a token. */
const MOST_ROWS = 5000;
const FUNCTIONS = 50;
const HOUR = 3_600_000;
/** Rows are written some minutes late. */
const LATE_MS = 10 * 60_000;

interface Wanted {
  readonly input: ListMetricsInput;
  readonly context: OperationContext;
  /** Epoch ms of the last value at least. */
  readonly since: number;
}

/** ListMetrics (spec/backends.md §10): metrics that had values in the last two weeks, those of functions first. */
export function listMetrics(deps: MonitoringDeps): Operation<ListMetricsInput, ListMetricsOutput> {
  return async (input, context) => {
    if (input.OwningAccount !== undefined && input.OwningAccount !== context.account) {
      throw notImplemented('OwningAccount of another account');
    }
    if (input.MetricName !== undefined && input.Namespace === '')
      throw invalidValue('The value for parameter Namespace is invalid.');
    const since = context.now - (input.RecentlyActive === 'PT3H' ? 3 * HOUR + LATE_MS : 14 * 24 * HOUR);
    const wanted = { input, context, since };
    const token = input.NextToken === undefined ? undefined : (readToken(input.NextToken, KINDS) as readonly string[]);
    const ofLambda = input.Namespace === undefined || input.Namespace === 'AWS/Lambda';
    const inFunctions = ofLambda && (token === undefined || token[0] === 'functions');
    const first = inFunctions ? await functionsPage(deps.store.read, wanted, token?.[1]) : NOTHING;
    const page = first.next ? NOTHING : await rowsPage(deps.store.read, wanted, inFunctions ? [] : (token?.slice(1) ?? []));
    const found = [...first.found, ...page.found];
    const next = first.next ?? page.next;
    const accounts = input.IncludeLinkedAccounts ? { OwningAccounts: found.map(() => context.account) } : {};
    return { Metrics: found, ...accounts, ...(next ? { NextToken: pageToken(next) } : {}) };
  };
}

const KINDS = ['string', 'string', 'string', 'string'] as const;

interface Listed {
  readonly found: readonly Shown[];
  readonly next?: readonly string[];
}

const NOTHING: Listed = { found: [] };

async function functionsPage(read: Reader, wanted: Wanted, after: string | undefined): Promise<Listed> {
  const { account, region } = wanted.context;
  const { names, more } = await functionNames(read, wanted.context, after, FUNCTIONS);
  const found: Shown[] = [];
  const all: Shown[] = after === undefined ? lambdaMetricNames.map((name) => lambdaMetric(name)) : [];
  for (const one of names) {
    const [last] = (await read.range(usageRollups, { prefix: [account, region, one], reverse: true, limit: 1 })).items;
    if (last && last.minute >= wanted.since) all.push(...lambdaMetricNames.map((name) => lambdaMetric(name, one)));
  }
  if (names.length > 0) found.push(...all.filter((metric) => isWanted(metric, wanted.input)));
  return more ? { found, next: ['functions', names.at(-1)!, '', ''] } : { found };
}

function lambdaMetric(name: string, one?: string): Shown {
  return {
    Namespace: 'AWS/Lambda',
    MetricName: name,
    Dimensions: one === undefined ? [] : [{ Name: 'FunctionName', Value: one }],
  };
}

/** from: what to go on behind. */
async function rowsPage(read: Reader, { input, context, since }: Wanted, from: readonly string[]): Promise<Listed> {
  const prefix = [context.account, context.region];
  if (input.Namespace !== undefined) prefix.push(input.Namespace);
  if (input.Namespace !== undefined && input.MetricName !== undefined) prefix.push(input.MetricName);
  const most = from.length === 0 ? ROWS_BESIDE : PAGE;
  let after: Key | undefined = from.length === 0 ? undefined : from.slice(prefix.length - 2);
  const found: Shown[] = [];
  for (let looked = 0; looked < MOST_ROWS; ) {
    const page = await read.range(metrics, { prefix, limit: PAGE, ...(after ? { after } : {}) });
    for (const { namespace, name, dimensions, last } of page.items) {
      looked += 1;
      const metric = { Namespace: namespace, MetricName: name, Dimensions: dimensionsOf(dimensions) };
      if (last >= since && isWanted(metric, input)) found.push(metric);
      if (found.length >= most) return { found, next: ['rows', namespace, name, dimensions] };
    }
    if (!page.next) return { found };
    const { namespace, name, dimensions } = page.items.at(-1)!;
    if (looked >= MOST_ROWS) return { found, next: ['rows', namespace, name, dimensions] };
    after = page.next;
  }
  return { found };
}

function isWanted(metric: Shown, input: ListMetricsInput): boolean {
  if (input.MetricName !== undefined && metric.MetricName !== input.MetricName) return false;
  return (input.Dimensions ?? []).every((filter) => hasDimension(metric, filter));
}

function hasDimension({ Dimensions = [] }: Shown, { Name, Value }: DimensionFilter): boolean {
  return Dimensions.some((one) => one.Name === Name && (Value === undefined || one.Value === Value));
}
