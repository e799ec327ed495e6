import { collection, type StoreSchema } from '../../kernel/index.ts';
import { type Alarm, type MetricValues, usageRollups } from '../../model/index.ts';
import { alarmHistory } from './alarm-history.ts';

/** A metric that values were put for. */
export interface Metric {
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  /** JSON of [name, value] pairs in the order of their names. */
  readonly dimensions: string;
  /** Stands for all of the above in the keys of its values. */
  readonly id: string;
  /** Whether it ever got values of one second each. */
  readonly fine: boolean;
  /** Epoch ms of the last value; written some minutes late. */
  readonly last: number;
}

/** The values of one metric and unit in one period. */
export interface MetricPoint extends MetricValues {
  /** Id of the metric. */
  readonly metric: string;
  /** Length of the period in seconds: 1, 60, 300 or 3600. Each value is in one of them only. */
  readonly period: number;
  /** Epoch ms at which the period begins. */
  readonly time: number;
  readonly unit: string;
}

export const metrics = collection<Metric>({
  name: 'monitoring.metrics',
  key: ['account', 'region', 'namespace', 'name', 'dimensions'],
});

export const points = collection<MetricPoint>({
  name: 'monitoring.points',
  key: ['metric', 'period', 'time', 'unit'],
  integers: ['period', 'time'],
});

export const alarms = collection<Alarm>({ name: 'monitoring.alarms', key: ['account', 'region', 'name'] });

/** How long values are kept in each length of period, in ms, and in which they are kept then (spec/backends.md §10). */
export const tiers = [
  { period: 1, keptMs: 3 * 3_600_000, next: 60 },
  { period: 60, keptMs: 15 * 86_400_000, next: 300 },
  { period: 300, keptMs: 63 * 86_400_000, next: 3600 },
  { period: 3600, keptMs: 455 * 86_400_000 },
] as const;

/** Metrics of Lambda are read out of the sums that bills are made of. */
export const schema: StoreSchema = { collections: [metrics, points, alarms, alarmHistory, usageRollups] as never, topics: [] };
