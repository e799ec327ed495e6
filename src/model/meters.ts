import { collection } from '../kernel/index.ts';
import type { MeterRecord } from './invocation.ts';

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

export function addToRollup(sum: Rollup, record: MeterRecord): Rollup {
  return {
    ...sum,
    invocations: sum.invocations + 1,
    errors: sum.errors + (record.status === 'success' ? 0 : 1),
    timeouts: sum.timeouts + (record.status === 'timeout' ? 1 : 0),
    coldStarts: sum.coldStarts + (record.initMs === undefined ? 0 : 1),
    durationMs: sum.durationMs + record.durationMs,
    billedMs: sum.billedMs + record.billedMs,
    billedMiBMs: sum.billedMiBMs + record.billedMs * record.memoryMiB,
    initMs: sum.initMs + (record.initMs ?? 0),
    maxMemoryMiB: Math.max(sum.maxMemoryMiB, record.maxMemoryMiB),
    egressBytes: sum.egressBytes + record.egressBytes,
  };
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
