import type { Key, Reader } from '../../kernel/index.ts';
import { joinValues, type MetricName, type MetricValues } from '../../model/index.ts';
import { points, tiers } from './collections.ts';
import { metricId } from './known-metrics.ts';
import { lambdaValues } from './lambda-metrics.ts';

/** What is asked of one metric. Times in epoch ms, to is exclusive. */
export interface Asked extends MetricName {
  readonly from: number;
  readonly to: number;
  readonly periodMs: number;
  /** Only values of this unit. */
  readonly unit?: string | undefined;
  /** Whether percentiles are asked for. */
  readonly distribution: boolean;
  readonly now: number;
}

/** Of each unit, the values by the beginning of their period: from, from + periodMs, … */
export type Periods = ReadonlyMap<string, ReadonlyMap<number, MetricValues>>;

/** Values of one unit at one time, as the store gives them. */
export interface Stored extends MetricValues {
  readonly time: number;
  readonly unit: string;
}

/** Values of a metric, summed up by periods; nothing where there are none. */
export async function readValues(read: Reader, asked: Asked): Promise<Periods> {
  const found = new Map<string, Map<number, MetricValues>>();
  const take = (stored: Stored) => {
    if (asked.unit !== undefined && stored.unit !== asked.unit) return;
    const time = stored.time - ((stored.time - asked.from) % asked.periodMs);
    const ofUnit = found.get(stored.unit) ?? new Map<number, MetricValues>();
    const { count, sum, min, max } = stored;
    const values = asked.distribution ? stored : { count, sum, min, max, bins: null };
    const known = ofUnit.get(time);
    ofUnit.set(time, known ? joinValues(known, values) : values);
    found.set(stored.unit, ofUnit);
  };
  for await (const stored of asked.namespace === 'AWS/Lambda' ? lambdaValues(read, asked) : []) take(stored);
  for await (const stored of keptValues(read, asked)) take(stored);
  return found;
}

/** Each value is kept in one tier; those that only hold what is older than asked for are not looked at. */
async function* keptValues(read: Reader, asked: Asked): AsyncIterable<Stored> {
  const metric = metricId(asked);
  for (const [i, { period }] of tiers.entries()) {
    const youngest = i < 2 ? asked.now : asked.now - tiers[i - 1]!.keptMs;
    if (i >= 2 && asked.from > youngest) continue;
    const bounds = { from: [asked.from] as Key, to: [asked.to] as Key };
    for (let after: Key | undefined; ; ) {
      const page = await read.range(points, { prefix: [metric, period], ...bounds, limit: 1000, ...(after ? { after } : {}) });
      yield* page.items;
      if (!page.next) break;
      after = page.next;
    }
  }
}
