import type { EventInput } from '../kernel/index.ts';
import { createSelectLines, type WrittenLines } from './log-subscriptions.ts';
import type { LogGroup } from './logs.ts';
import { createMeasureLines } from './metric-filters.ts';
import { embeddedMetrics, isMetricTime, type RecordedMetric } from './recorded-metrics.ts';

/** What lines say besides being kept. */
export interface ReadLines {
  /** For the topic of subscribed lines. */
  readonly events: readonly EventInput[];
  readonly metrics: readonly RecordedMetric[];
}

/** Whether anybody wants to know what these lines say; text: all of them together. */
export function worthReading(group: LogGroup, text: string): boolean {
  return group.subscriptions !== undefined || group.metricFilters !== undefined || text.includes('_aws"');
}

/** Reads lines as they are written: what subscription filters select, metric filters measure, and the lines themselves embed. */
export function createReadLines(): (written: WrittenLines) => ReadLines {
  const select = createSelectLines();
  const measure = createMeasureLines();
  return (written) => {
    const { group, events, now } = written;
    const embedded = events.flatMap(({ text }) => (text.includes('"_aws"') ? embeddedMetrics(text, group, now) : []));
    const measured = measure(group, events).filter(({ time }) => isMetricTime(time, now));
    return { events: select(written), metrics: [...embedded, ...measured] };
  };
}
