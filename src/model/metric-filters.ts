import type { LogFilter } from './log-filter.ts';
import { compileLogFilter } from './log-filter.ts';
import { extractLogFields, type LogFields } from './log-filter-fields.ts';
import type { LogEvent, LogGroup, MetricFilter } from './logs.ts';
import { valuesOf } from './metric-values.ts';
import { metricDimensions, type RecordedMetric } from './recorded-metrics.ts';

/** Reads a value out of a message that the filter's pattern matches; undefined when there is none. */
type ReadField = (message: string) => string | undefined;

interface Compiled {
  readonly matches: LogFilter;
  readonly value: ReadField;
  readonly dimensions: readonly (readonly [name: string, read: ReadField])[];
}

const MOST_COMPILED = 500;
const LARGEST = 2 ** 360;

/** The values that the metric filters of a group read out of lines; compiled once, as long as there are not too many. */
export function createMeasureLines(): (group: LogGroup, events: readonly LogEvent[]) => readonly RecordedMetric[] {
  const known = new WeakMap<MetricFilter, Compiled>();
  const byText = new Map<string, Compiled>();
  const compiled = (filter: MetricFilter): Compiled => {
    const found = known.get(filter);
    if (found) return found;
    const text = JSON.stringify([filter.pattern, filter.value, filter.dimensions]);
    if (byText.size >= MOST_COMPILED) byText.clear();
    const made = byText.get(text) ?? compile(filter);
    byText.set(text, made);
    known.set(filter, made);
    return made;
  };
  return (group, events) => {
    const found: RecordedMetric[] = [];
    for (const filter of group.metricFilters ?? []) {
      const how = compiled(filter);
      for (const event of events) {
        const metric = measured(group, filter, how, event);
        if (metric) found.push(metric);
      }
    }
    return found;
  };
}

function measured(
  group: LogGroup,
  filter: MetricFilter,
  { matches, value, dimensions }: Compiled,
  event: LogEvent,
): RecordedMetric | undefined {
  const text = event.text.trimEnd();
  if (!matches(text)) return undefined;
  const number = numberOf(value(text));
  const pairs = dimensions.map(([name, read]) => [name, read(text)?.slice(0, 1024) ?? ''] as const);
  if (number === undefined || pairs.some(([, found]) => found === '')) return undefined;
  const { account, region } = group;
  const { namespace, metric: name, unit = 'None' } = filter;
  const named = { account, region, namespace, name, dimensions: metricDimensions(pairs) };
  return { ...named, unit, time: event.time, fine: false, values: valuesOf(number) };
}

function compile({ pattern, value, dimensions = {} }: MetricFilter): Compiled {
  const fields = extractLogFields(pattern);
  return {
    matches: compileLogFilter(pattern),
    value: readerOf(value, pattern, fields)!,
    dimensions: Object.entries(dimensions).map(([name, from]) => [name, readerOf(from, pattern, fields)!] as const),
  };
}

/** Whether `$.ms` or `$ms`, or for values a number, can be read out of what the pattern matches. */
export function canRead(from: string, pattern: string): boolean {
  return readerOf(from, pattern, extractLogFields(pattern)) !== undefined;
}

function readerOf(from: string, pattern: string, fields: LogFields | undefined): ReadField | undefined {
  if (numberOf(from) !== undefined) return () => from;
  const start = pattern.trim()[0];
  if (start === '[' && /^\$[A-Za-z_$][\w$-]*$/.test(from)) return (message) => fields?.(message)[from.slice(1)];
  if (start !== '{' || !/^\$(\.[\w-]+|\[\d{1,6}\])+$/.test(from)) return undefined;
  const read = extractLogFields(`{ ${from} = "*" }`);
  return (message) => read?.(message)[from];
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^[+-]?\d{1,30}(\.\d{0,30})?([eE][+-]?\d{1,3})?$/.test(text.trim())) return undefined;
  const number = Number(text);
  return Math.abs(number) <= LARGEST ? number : undefined;
}
