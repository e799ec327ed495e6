import { createHash } from 'node:crypto';
import type { Transaction } from '../../kernel/index.ts';
import { type MetricName, metricDimensions } from '../../model/index.ts';
import { type Metric, metrics } from './collections.ts';

interface Dimension {
  readonly Name?: string | undefined;
  readonly Value?: string | undefined;
}

/** As in Metric: the same text for the same dimensions in any order. */
export function dimensionsText(dimensions: readonly Dimension[] | undefined): string {
  return metricDimensions((dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value]));
}

export function dimensionsOf(text: string): { Name: string; Value: string }[] {
  return (JSON.parse(text) as [string, string][]).map(([Name, Value]) => ({ Name, Value }));
}

export function metricId({ account, region, namespace, name, dimensions }: MetricName): string {
  return createHash('sha256').update(`${account}\n${region}\n${namespace}\n${name}\n${dimensions}`).digest('hex').slice(0, 32);
}

/** Rows say when their last value was, so late. */
const ROW_EVERY_MS = 10 * 60_000;
const LIMIT = 20_000;

interface Written {
  readonly at: number;
  readonly fine: boolean;
}

/** Which metrics need no look at their row. What it remembers is only ever a row that was committed. */
export class KnownMetrics {
  #written = new Map<string, Written>();

  /** Writes the metric's row if it says too little. Answers what to remember when the transaction was committed. */
  async note(tx: Transaction, metric: Metric, now: number): Promise<(() => void) | undefined> {
    const known = this.#written.get(metric.id);
    if (known && now - known.at < ROW_EVERY_MS && (known.fine || !metric.fine)) return undefined;
    const { account, region, namespace, name, dimensions } = metric;
    const row = await tx.get(metrics, [account, region, namespace, name, dimensions]);
    if (row && metric.last - row.last < ROW_EVERY_MS && (row.fine || !metric.fine)) return undefined;
    const fine = metric.fine || row?.fine === true;
    await tx.put(metrics, { ...metric, fine, last: Math.max(metric.last, row?.last ?? 0) });
    return () => this.#remember(metric.id, { at: now, fine });
  }

  #remember(id: string, written: Written): void {
    if (this.#written.size >= LIMIT) this.#written = new Map();
    this.#written.set(id, written);
  }
}
