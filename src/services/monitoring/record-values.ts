import type { Store, Transaction } from '../../kernel/index.ts';
import { joinValues, type MetricValues, type RecordedMetric } from '../../model/index.ts';
import { points, tiers } from './collections.ts';
import { type KnownMetrics, metricId } from './known-metrics.ts';

interface Sum {
  readonly id: string;
  readonly period: number;
  readonly time: number;
  readonly first: RecordedMetric;
  values: MetricValues;
}

/** Adds values to what is kept of their metrics, in one transaction: one row is read and written for each metric, unit and period. */
export async function recordValues(
  { store, known }: { readonly store: Store; readonly known: KnownMetrics },
  recorded: readonly RecordedMetric[],
  now: number,
): Promise<void> {
  const remember = await store.transact((tx) => recordIn(tx, known, { recorded, now }));
  for (const done of remember) done();
}

/** The same in the caller's transaction; answers what to call when it was committed. */
export async function recordIn(
  tx: Transaction,
  known: KnownMetrics,
  { recorded, now }: { readonly recorded: readonly RecordedMetric[]; readonly now: number },
): Promise<readonly (() => void)[]> {
  const named = new Map<string, { readonly first: RecordedMetric; fine: boolean; last: number }>();
  for (const { id, period, time, first, values } of sumUp(recorded, now)) {
    const row = await tx.get(points, [id, period, time, first.unit]);
    const joined = row ? joinValues(row, values) : values;
    await tx.put(points, { metric: id, period, time, unit: first.unit, ...joined });
    const one = named.get(id);
    named.set(id, { first, fine: period === 1 || one?.fine === true, last: Math.max(first.time, one?.last ?? 0) });
  }
  const noted: (() => void)[] = [];
  for (const [id, { first, fine, last }] of named) {
    const { account, region, namespace, name, dimensions } = first;
    const done = await known.note(tx, { account, region, namespace, name, dimensions, id, fine, last }, now);
    if (done) noted.push(done);
  }
  return noted;
}

/** What belongs to the same row, together. */
function sumUp(recorded: readonly RecordedMetric[], now: number): readonly Sum[] {
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
