import type { Store } from '../../kernel/index.ts';
import { joinValues, type MetricValues } from '../../model/index.ts';
import { points, tiers } from './collections.ts';
import { type KnownMetrics, type MetricName, metricId } from './known-metrics.ts';

/** Values of one metric and unit at one time. */
export interface Recorded extends MetricName {
  readonly unit: string;
  /** Epoch ms. */
  readonly time: number;
  /** Whether they are kept by the second. */
  readonly fine: boolean;
  readonly values: MetricValues;
}

interface Sum {
  readonly id: string;
  readonly period: number;
  readonly time: number;
  readonly first: Recorded;
  values: MetricValues;
}

/** Adds values to what is kept of their metrics, in one transaction: one row is read and written for each metric, unit and period. */
export async function recordValues(
  { store, known }: { readonly store: Store; readonly known: KnownMetrics },
  recorded: readonly Recorded[],
  now: number,
): Promise<void> {
  const sums = sumUp(recorded, now);
  const named = new Map<string, { readonly first: Recorded; fine: boolean; last: number }>();
  for (const { id, period, first } of sums) {
    const one = named.get(id);
    named.set(id, { first, fine: period === 1 || one?.fine === true, last: Math.max(first.time, one?.last ?? 0) });
  }
  const remember = await store.transact(async (tx) => {
    for (const { id, period, time, first, values } of sums) {
      const row = await tx.get(points, [id, period, time, first.unit]);
      const joined = row ? joinValues(row, values) : values;
      await tx.put(points, { metric: id, period, time, unit: first.unit, ...joined });
    }
    const noted: (() => void)[] = [];
    for (const [id, { first, fine, last }] of named) {
      const { account, region, namespace, name, dimensions } = first;
      const done = await known.note(tx, { account, region, namespace, name, dimensions, id, fine, last }, now);
      if (done) noted.push(done);
    }
    return noted;
  });
  for (const done of remember) done();
}

/** What belongs to the same row, together. */
function sumUp(recorded: readonly Recorded[], now: number): readonly Sum[] {
  const sums = new Map<string, Sum>();
  const ids = new Map<string, string>();
  for (const one of recorded) {
    const name = `${one.account}\n${one.region}\n${one.namespace}\n${one.name}\n${one.dimensions}`;
    const id = ids.get(name) ?? metricId(one);
    ids.set(name, id);
    const period = one.fine && one.time > now - tiers[0].keptMs ? 1 : 60;
    const time = one.time - (one.time % (period * 1000));
    const key = `${id}/${period}/${time}/${one.unit}`;
    const sum = sums.get(key);
    if (sum) sum.values = joinValues(sum.values, one.values);
    else sums.set(key, { id, period, time, first: one, values: one.values });
  }
  return [...sums.values()];
}
