import type { Place } from './functions.ts';
import { joinValues, type MetricValues, valuesOf } from './metric-values.ts';

/** A metric by its name. */
export interface MetricName extends Place {
  readonly namespace: string;
  readonly name: string;
  /** JSON of [name, value] pairs in the order of their names (metricDimensions). */
  readonly dimensions: string;
}

/** Values of one metric and unit at one time. */
export interface RecordedMetric extends MetricName {
  /** AWS's word; `None` when there is none. */
  readonly unit: string;
  /** Epoch ms. */
  readonly time: number;
  /** Whether they are kept by the second. */
  readonly fine: boolean;
  readonly values: MetricValues;
}

/** The same text for the same dimensions in any order. */
export function metricDimensions(pairs: readonly (readonly [name: string, value: string])[]): string {
  return JSON.stringify([...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

const DAY = 86_400_000;
const LARGEST = 2 ** 360;
const MOST_METRICS = 100;
const MOST_VALUES = 100;
const MOST_DIMENSIONS = 30;

/** How early and late values may be: two weeks and two hours (spec/backends.md §10). */
export function isMetricTime(time: number, now: number): boolean {
  return time >= now - 14 * DAY && time <= now + 2 * 3_600_000;
}

/**
 * The metrics that a line of a log embeds (spec/backends.md §10): a JSON object whose `_aws.CloudWatchMetrics` says which of its members are
 * values, and which are dimensions. What is malformed is passed over, as on AWS. Ask only of lines that hold `"_aws"`.
 */
export function embeddedMetrics(line: string, place: Place, now: number): readonly RecordedMetric[] {
  const root = parse(line);
  const { Timestamp, CloudWatchMetrics } = object(root?._aws) ?? {};
  if (!root || typeof Timestamp !== 'number' || !isMetricTime(Timestamp, now) || !Array.isArray(CloudWatchMetrics)) return [];
  const found: RecordedMetric[] = [];
  for (const directive of CloudWatchMetrics.slice(0, MOST_METRICS)) {
    const { Namespace, Metrics, Dimensions = [[]] } = object(directive) ?? {};
    if (typeof Namespace !== 'string' || Namespace === '' || !Array.isArray(Metrics) || !Array.isArray(Dimensions)) continue;
    const sets = Dimensions.slice(0, MOST_DIMENSIONS).flatMap((names) => dimensionsIn(root, names));
    for (const definition of Metrics.slice(0, MOST_METRICS)) {
      const metric = metricIn(root, definition);
      if (!metric) continue;
      const common = { account: place.account, region: place.region, namespace: Namespace, time: Timestamp, ...metric };
      for (const dimensions of sets) found.push({ ...common, dimensions });
    }
  }
  return found;
}

/** One set of dimensions, if all of them are there. */
function dimensionsIn(root: Record<string, unknown>, names: unknown): readonly string[] {
  if (!Array.isArray(names) || names.length > MOST_DIMENSIONS) return [];
  const pairs: [string, string][] = [];
  for (const name of new Set(names)) {
    const value = typeof name === 'string' && Object.hasOwn(root, name) ? root[name] : undefined;
    if (typeof value !== 'string' || value === '' || value.length > 1024) return [];
    pairs.push([name as string, value]);
  }
  return [metricDimensions(pairs)];
}

function metricIn(root: Record<string, unknown>, definition: unknown) {
  const { Name, Unit = 'None', StorageResolution } = object(definition) ?? {};
  if (typeof Name !== 'string' || typeof Unit !== 'string' || !Object.hasOwn(root, Name)) return undefined;
  const given = Array.isArray(root[Name]) ? root[Name].slice(0, MOST_VALUES) : [root[Name]];
  const numbers = given.filter((value): value is number => typeof value === 'number' && Math.abs(value) <= LARGEST);
  if (numbers.length === 0 || Name.length > 255) return undefined;
  const values = numbers.map((value) => valuesOf(value)).reduce(joinValues);
  return { name: Name, unit: Unit, fine: StorageResolution === 1, values };
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!/^\s*\{/.test(line)) return undefined;
  try {
    return object(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function object(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}
