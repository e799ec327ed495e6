import type {
  DeleteMetricFilterRequest,
  DescribeMetricFiltersRequest,
  DescribeMetricFiltersResponse,
  PutMetricFilterRequest,
  MetricFilter as Shown,
} from '@aws-sdk/client-cloudwatch-logs';
import { fail, type Key } from '../../kernel/index.ts';
import {
  canRead,
  compileLogFilter,
  type LogGroup,
  logGroups,
  type MetricFilter,
  type Operation,
  type Place,
} from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed, invalid } from './found.ts';

const MOST_FILTERS = 100;
const MOST_DIMENSIONS = 3;
const PAGE = 50;

/** PutMetricFilter: what is written to the group from now on is measured; an older one of the name is replaced. */
export function putMetricFilter(deps: LogsDeps): Operation<PutMetricFilterRequest, object> {
  return async (input, context) => {
    const filter = filterOf(input, context.now);
    await deps.store.transact(async (tx) => {
      const group = await groupNamed(tx, context, input.logGroupName!);
      const others = (group.metricFilters ?? []).filter(({ name }) => name !== filter.name);
      if (others.length >= MOST_FILTERS) throw fail('LimitExceededException', 'Resource limit exceeded.');
      const metricFilters = [...others, filter].sort((a, b) => (a.name < b.name ? -1 : 1));
      await tx.put(logGroups, { ...group, metricFilters });
    });
    return {};
  };
}

function filterOf(input: PutMetricFilterRequest, now: number): MetricFilter {
  const { filterName, filterPattern: pattern, metricTransformations } = input;
  const [transformation, ...more] = metricTransformations!;
  if (!transformation || more.length > 0) throw invalid('A metric filter has exactly one metric transformation.');
  const { metricName, metricNamespace, metricValue, defaultValue, dimensions, unit } = transformation;
  const refused =
    (defaultValue !== undefined && 'defaultValue') ||
    (input.applyOnTransformedLogs === true && 'applyOnTransformedLogs') ||
    (input.fieldSelectionCriteria !== undefined && 'fieldSelectionCriteria') ||
    (input.emitSystemFieldDimensions?.length && 'emitSystemFieldDimensions');
  if (refused) throw invalid(`${refused} is not implemented for metric filters here.`);
  compileLogFilter(pattern!);
  if (metricNamespace!.startsWith('AWS/')) throw invalid(`The value ${metricNamespace} for metricNamespace is invalid.`);
  if (!canRead(metricValue!, pattern!)) throw invalid(`Invalid metric transformation: invalid metric value ${metricValue}.`);
  const entries = Object.entries(dimensions ?? {});
  if (entries.length > MOST_DIMENSIONS) throw invalid(`A metric filter has at most ${MOST_DIMENSIONS} dimensions.`);
  for (const [name, from] of entries) {
    if (!from.startsWith('$') || !canRead(from, pattern!))
      throw invalid(`Invalid metric transformation: invalid dimension ${name}.`);
  }
  return {
    ...{ name: filterName!, pattern: pattern!, namespace: metricNamespace!, metric: metricName!, value: metricValue! },
    ...(unit === undefined ? {} : { unit }),
    ...(entries.length === 0 ? {} : { dimensions: dimensions! }),
    created: now,
  };
}

/** DeleteMetricFilter. */
export function deleteMetricFilter(deps: LogsDeps): Operation<DeleteMetricFilterRequest, object> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const { metricFilters = [], ...group } = await groupNamed(tx, context, input.logGroupName!);
      const left = metricFilters.filter(({ name }) => name !== input.filterName);
      if (left.length === metricFilters.length) {
        throw fail('ResourceNotFoundException', 'The specified metric filter does not exist.');
      }
      await tx.put(logGroups, left.length > 0 ? { ...group, metricFilters: left } : group);
    });
    return {};
  };
}

/** DescribeMetricFilters: of one group or of all, in the order of groups and filters; the token names the last of the page before. */
export function describeMetricFilters(deps: LogsDeps): Operation<DescribeMetricFiltersRequest, DescribeMetricFiltersResponse> {
  return async (input, context) => {
    if ((input.metricName === undefined) !== (input.metricNamespace === undefined)) {
      throw invalid('metricName and metricNamespace must be specified together.');
    }
    const [afterGroup, afterFilter] = readToken(input.nextToken);
    const found: Shown[] = [];
    for await (const group of groupsOf(deps, input, { ...context, from: afterGroup })) {
      for (const filter of group.metricFilters ?? []) {
        if (group.name === afterGroup && filter.name <= afterFilter) continue;
        if (!isWanted(filter, input)) continue;
        if (found.length === (input.limit ?? PAGE)) {
          const { logGroupName, filterName } = found.at(-1)!;
          return {
            metricFilters: found,
            nextToken: Buffer.from(JSON.stringify([logGroupName, filterName])).toString('base64url'),
          };
        }
        found.push(shown(group, filter));
      }
    }
    return { metricFilters: found };
  };
}

function readToken(token: string | undefined): readonly [group: string, filter: string] {
  if (token === undefined) return ['', ''];
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    const [group, filter] = Array.isArray(read) ? (read as unknown[]) : [];
    if (typeof group === 'string' && typeof filter === 'string') return [group, filter];
  } catch {
    // What is no JSON is no token either.
  }
  throw invalid('The specified nextToken is invalid.');
}

async function* groupsOf(
  { store }: LogsDeps,
  { logGroupName }: DescribeMetricFiltersRequest,
  { account, region, from }: Place & { readonly from: string },
): AsyncIterable<LogGroup> {
  if (logGroupName !== undefined) {
    yield await groupNamed(store.read, { account, region }, logGroupName);
    return;
  }
  for (let where: { from?: Key; after?: Key } = { from: [from] }; ; ) {
    const page = await store.read.range(logGroups, { prefix: [account, region], limit: 500, ...where });
    yield* page.items;
    if (!page.next) return;
    where = { after: page.next };
  }
}

function isWanted(filter: MetricFilter, { filterNamePrefix = '', metricName, metricNamespace }: DescribeMetricFiltersRequest) {
  const ofMetric = metricName === undefined || (filter.metric === metricName && filter.namespace === metricNamespace);
  return ofMetric && filter.name.startsWith(filterNamePrefix);
}

function shown(group: LogGroup, { name, pattern, namespace, metric, value, unit, dimensions, created }: MetricFilter): Shown {
  const transformation = {
    ...{ metricName: metric, metricNamespace: namespace, metricValue: value },
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(unit === undefined ? {} : { unit: unit as NonNullable<Shown['metricTransformations']>[number]['unit'] }),
  };
  return {
    ...{ filterName: name, filterPattern: pattern, metricTransformations: [transformation], creationTime: created },
    ...{ logGroupName: group.name, applyOnTransformedLogs: false },
  };
}
