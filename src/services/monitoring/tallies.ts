import {
  type CountIn,
  joinValues,
  type MetricFamily,
  type MetricValues,
  type OpenMetrics,
  type RecordedMetric,
  summed,
} from '../../model/index.ts';
import { dimensionsText } from './known-metrics.ts';

const MINUTE = 60_000;
/** Resources of one family that wait to be written; what comes of more is not counted. */
const MOST = 10_000;
/** Values that are kept one by one until they are summed up. */
const ROOM = 128;

interface Tally {
  readonly fresh: number[];
  values: MetricValues | undefined;
}

interface Entry {
  readonly resource: unknown;
  readonly tallies: Map<string, Tally>;
}

interface Opened {
  // biome-ignore lint/suspicious/noExplicitAny: families of all kinds of resources
  readonly family: MetricFamily<any, string>;
  entries: Map<string, Entry>;
}

export interface Tallies {
  readonly open: OpenMetrics;
  /** What was counted since the last time, as of the minute in which that began. */
  take(): RecordedMetric[];
}

/** Sums of what the platform counts, by family, resource and metric: two looks into maps and a push for each value. */
export function createTallies(now: () => number): Tallies {
  const families: Opened[] = [];
  let minute: number | undefined;
  const begin = (opened: Opened, key: string, resource: unknown): Entry | undefined => {
    if (opened.entries.size >= MOST) return undefined;
    const time = now();
    minute ??= time - (time % MINUTE);
    const entry = { resource, tallies: new Map<string, Tally>() };
    opened.entries.set(key, entry);
    return entry;
  };
  return {
    open<R, M extends string>(family: MetricFamily<R, M>): CountIn<R, M> {
      const opened: Opened = { family, entries: new Map() };
      families.push(opened);
      return (resource, metric, value) => {
        const key = family.keyOf(resource);
        const entry = opened.entries.get(key) ?? begin(opened, key, resource);
        if (entry) add(entry, metric, value);
      };
    },
    take() {
      const time = minute ?? 0;
      minute = undefined;
      return families.flatMap((opened) => {
        const { entries, family } = opened;
        opened.entries = new Map();
        return [...entries.values()].flatMap((entry) => recorded(family, entry, time));
      });
    },
  };
}

function add({ tallies }: Entry, metric: string, value: number): void {
  const known = tallies.get(metric);
  if (!known) {
    tallies.set(metric, { fresh: [value], values: undefined });
    return;
  }
  known.fresh.push(value);
  if (known.fresh.length >= ROOM) settle(known);
}

function settle(tally: Tally): MetricValues {
  const more = summed(tally.fresh);
  tally.values = more && tally.values ? joinValues(tally.values, more) : (more ?? tally.values)!;
  tally.fresh.length = 0;
  return tally.values;
}

function recorded({ namespace, units, placeOf, dimensionsOf }: Opened['family'], entry: Entry, time: number): RecordedMetric[] {
  const { account, region } = placeOf(entry.resource);
  const sets = dimensionsOf(entry.resource).map((set) =>
    dimensionsText(Object.entries(set).map(([Name, Value]) => ({ Name, Value }))),
  );
  return [...entry.tallies].flatMap(([name, tally]) => {
    const common = { account, region, namespace, name, unit: units[name]!, time, fine: false, values: settle(tally) };
    return sets.map((dimensions) => ({ ...common, dimensions }));
  });
}
