/**
 * Values of one metric in one period, summed up. bins holds their distribution when they are not all the same: bin, count, bin, count, …
 * in rising order, at most MOST_BINS; null when it is not known, because only sums were given.
 */
export interface MetricValues {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly bins?: readonly number[] | null;
}

/** A bin's upper bound is this many times its lower one: percentiles are right to 2 %. */
const GROWTH = 1.04;
const LOG_GROWTH = Math.log(GROWTH);
/** Above the bin of 2^360, so that positive values come behind zero, and negative ones before. */
const OFFSET = 10_000;
export const MOST_BINS = 160;

/** So many times one value. */
export function valuesOf(value: number, count = 1): MetricValues {
  return { count, sum: value * count, min: value, max: value };
}

/** Both together; what is not known of one is not known of both. */
export function joinValues(a: MetricValues, b: MetricValues): MetricValues {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const sums = { count: a.count + b.count, sum: a.sum + b.sum, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
  if (a.bins === null || b.bins === null) return { ...sums, bins: null };
  if (sums.min === sums.max) return sums;
  return { ...sums, bins: joinBins(binsOf(a), binsOf(b)) };
}

/** As when all of them were joined one by one, but made in one go; undefined for none. */
export function summed(values: readonly number[]): MetricValues | undefined {
  const [first] = values;
  if (first === undefined) return undefined;
  let [sum, min, max] = [0, first, first];
  for (const value of values) {
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min === max) return valuesOf(first, values.length);
  const counts = new Map<number, number>();
  for (const value of values) {
    const bin = binOf(value);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const bins = bounded([...counts].sort(([a], [b]) => a - b).flat());
  return { count: values.length, sum, min, max, bins };
}

/** The value that a share of all (0 to 100) does not exceed; undefined when the distribution is not known. */
export function percentile(values: MetricValues, percent: number): number | undefined {
  if (values.min === values.max) return values.min;
  if (!values.bins) return undefined;
  if (percent >= 100) return values.max;
  const wanted = (percent / 100) * values.count;
  let seen = 0;
  for (let i = 0; i < values.bins.length; i += 2) {
    seen += values.bins[i + 1]!;
    if (seen >= wanted) return Math.min(values.max, Math.max(values.min, middleOf(values.bins[i]!)));
  }
  return values.max;
}

function binsOf(values: MetricValues): readonly number[] {
  return values.bins ?? [binOf(values.min), values.count];
}

function binOf(value: number): number {
  if (value === 0) return 0;
  const size = Math.max(1, Math.ceil(Math.log(Math.abs(value)) / LOG_GROWTH) + OFFSET); // what is smaller yet keeps its sign
  return value > 0 ? size : -size;
}

function middleOf(bin: number): number {
  if (bin === 0) return 0;
  const value = (2 * GROWTH ** (Math.abs(bin) - OFFSET)) / (1 + GROWTH);
  return bin > 0 ? value : -value;
}

function joinBins(a: readonly number[], b: readonly number[]): readonly number[] {
  const joined: number[] = [];
  let [i, k] = [0, 0];
  while (i < a.length || k < b.length) {
    const [left, right] = [a[i] ?? Number.POSITIVE_INFINITY, b[k] ?? Number.POSITIVE_INFINITY];
    joined.push(Math.min(left, right), (left <= right ? a[i + 1]! : 0) + (right <= left ? b[k + 1]! : 0));
    if (left <= right) i += 2;
    if (right <= left) k += 2;
  }
  return bounded(joined);
}

/** The lowest bins become one when there are too many: people ask for high percentiles. */
function bounded(bins: number[]): readonly number[] {
  const surplus = bins.length / 2 - MOST_BINS;
  if (surplus <= 0) return bins;
  const kept = bins.slice(surplus * 2);
  for (let i = 1; i < surplus * 2; i += 2) kept[1]! += bins[i]!;
  return kept;
}
