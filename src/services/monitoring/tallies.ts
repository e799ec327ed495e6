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

interface Entry<R> {
  readonly resource: R;
  readonly tallies: Map<string, Tally>;
}

export interface Tallies {
  readonly open: OpenMetrics;
  /** What was counted since the last time, as of the minute in which that began. */
  take(): RecordedMetric[];
}

/** Sums of what the platform counts, by family, resource and metric: two looks into maps and a push for each value. */
export function createTallies(now: () => number): Tallies {
  const families: ((time: number) => RecordedMetric[])[] = [];
  let minute: number | undefined;
  return {
    open<R, M extends string>(family: MetricFamily<R, M>): CountIn<R, M> {
      let entries = new Map<string, Entry<R>>();
      families.push((time) => {
        const taken = entries;
        entries = new Map();
        return [...taken.values()].flatMap((entry) => recorded(family, entry, time));
      });
      const begin = (key: string, resource: R): Entry<R> | undefined => {
        if (entries.size >= MOST) return undefined;
        const time = now();
        minute ??= time - (time % MINUTE);
        const entry = { resource, tallies: new Map<string, Tally>() };
        entries.set(key, entry);
        return entry;
      };
      return (resource, metric, value) => {
        const key = family.keyOf(resource);
        const entry = entries.get(key) ?? begin(key, resource);
        if (entry) add(entry.tallies, metric, value);
      };
    },
    take() {
      const time = minute ?? 0;
      minute = undefined;
      return families.flatMap((take) => take(time));
    },
  };
}

function add(tallies: Map<string, Tally>, metric: string, value: number): void {
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

function recorded<R, M extends string>(
  { namespace, units, placeOf, dimensionsOf }: MetricFamily<R, M>,
  entry: Entry<R>,
  time: number,
): RecordedMetric[] {
  const { account, region } = placeOf(entry.resource);
  const sets = dimensionsOf(entry.resource).map((set) =>
    dimensionsText(Object.entries(set).map(([Name, Value]) => ({ Name, Value }))),
  );
  return [...entry.tallies].flatMap(([name, tally]) => {
    const common = { account, region, namespace, name, unit: units[name as M], time, fine: false, values: settle(tally) };
    return sets.map((dimensions) => ({ ...common, dimensions }));
  });
}
