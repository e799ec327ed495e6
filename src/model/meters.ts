import { collection } from '../kernel/index.ts';
import type { MeterRecord } from './invocation.ts';
import { joinValues, type MetricValues, summed } from './metric-values.ts';

/** Sums of one function in one minute, from which bills and graphs are made. Durations in ms, memory in MiB. */
export interface Rollup {
  readonly account: string;
  readonly region: string;
  readonly function: string;
  /** Epoch ms of the minute's start. */
  readonly minute: number;
  readonly invocations: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly coldStarts: number;
  readonly durationMs: number;
  /** With durationBins, how durations are spread (metric-values.ts); absent in sums of earlier releases. */
  readonly minDurationMs?: number;
  readonly maxDurationMs?: number;
  /** Absent while all are the same. */
  readonly durationBins?: readonly number[];
  readonly billedMs: number;
  /** Σ of billed ms × memory in MiB: exact, for bills. */
  readonly billedMiBMs: number;
  readonly initMs: number;
  readonly maxMemoryMiB: number;
  readonly egressBytes: number;
}

export const usageRollups = collection<Rollup>({
  name: 'observe.usage',
  key: ['account', 'region', 'function', 'minute'],
  integers: ['minute'],
});

const MINUTE = 60_000;

/** Account, region, function, minute. */
export function rollupKey(record: MeterRecord): readonly [string, string, string, number] {
  return [record.account, record.region, record.function, record.time - (record.time % MINUTE)];
}

export function emptyRollup([account, region, name, minute]: readonly [string, string, string, number]): Rollup {
  return {
    account,
    region,
    function: name,
    minute,
    invocations: 0,
    errors: 0,
    timeouts: 0,
    coldStarts: 0,
    durationMs: 0,
    billedMs: 0,
    billedMiBMs: 0,
    initMs: 0,
    maxMemoryMiB: 0,
    egressBytes: 0,
  };
}

/** A sum with all of these added, which must be of its function and minute. */
export function addToRollup(sum: Rollup, records: readonly MeterRecord[]): Rollup {
  const added: { -readonly [name in keyof Rollup]: Rollup[name] } = { ...sum };
  for (const record of records) {
    added.invocations += 1;
    if (record.status !== 'success') added.errors += 1;
    if (record.status === 'timeout') added.timeouts += 1;
    if (record.initMs !== undefined) added.coldStarts += 1;
    added.durationMs += record.durationMs;
    added.billedMs += record.billedMs;
    added.billedMiBMs += record.billedMs * record.memoryMiB;
    added.initMs += record.initMs ?? 0;
    added.maxMemoryMiB = Math.max(added.maxMemoryMiB, record.maxMemoryMiB);
    added.egressBytes += record.egressBytes;
  }
  return { ...added, ...spreadOf(sum, records) };
}

/** Of a sum that an earlier release began, the spread stays unknown. */
function spreadOf(
  sum: Rollup,
  records: readonly MeterRecord[],
): Pick<Rollup, 'minDurationMs' | 'maxDurationMs' | 'durationBins'> {
  const more = summed(records.map(({ durationMs }) => durationMs));
  if (!more || (sum.invocations > 0 && sum.minDurationMs === undefined)) return {};
  const known = durationsOf(sum);
  const { min, max, bins } = known ? joinValues(known, more) : more;
  return { minDurationMs: min, maxDurationMs: max, ...(bins ? { durationBins: bins } : {}) };
}

/** Durations in ms as values of a metric; where the spread is unknown, all are the mean. Undefined without invocations. */
export function durationsOf(sum: Rollup): MetricValues | undefined {
  const { invocations: count, durationMs, minDurationMs, maxDurationMs, durationBins } = sum;
  if (count === 0) return undefined;
  const mean = durationMs / count;
  const sums = { count, sum: durationMs, min: minDurationMs ?? mean, max: maxDurationMs ?? mean };
  return durationBins ? { ...sums, bins: durationBins } : sums;
}

/** us-east-1 on x86, in dollars (spec/invoke.md §12). Tiers: GB-s from which each price holds. */
export const prices = {
  request: 0.0000002,
  gbSecond: [
    [0, 0.0000166667],
    [6e9, 0.000015],
    [15e9, 0.0000133334],
  ],
} as const;

/** What AWS would ask for this usage of one month in dollars, without the free tier. */
export function costOf(usage: Pick<Rollup, 'invocations' | 'billedMiBMs'>): {
  requests: number;
  duration: number;
  total: number;
} {
  const gbSeconds = usage.billedMiBMs / 1024 / 1000;
  const duration = prices.gbSecond.reduce((sum, [from, price], i) => {
    const upTo = prices.gbSecond[i + 1]?.[0] ?? Number.POSITIVE_INFINITY;
    return sum + Math.max(0, Math.min(gbSeconds, upTo) - from) * price;
  }, 0);
  const requests = usage.invocations * prices.request;
  return { requests, duration, total: requests + duration };
}
