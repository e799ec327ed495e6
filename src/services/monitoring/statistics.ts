import { type MetricValues, percentile } from '../../model/index.ts';
import { notImplemented } from './refusals.ts';

/** Answers a statistic of a period's values; undefined when it is not known. */
export type Statistic = (values: MetricValues) => number | undefined;

const SIMPLE: Readonly<Record<string, Statistic>> = {
  SampleCount: ({ count }) => count,
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

/** `Average`, `p99.9`, … Throws InvalidParameterValue for what is none, and for those (trimmed means, …) that are not implemented. */
export function statisticOf(name: string): Statistic {
  if (Object.hasOwn(SIMPLE, name)) return SIMPLE[name]!;
  const found = /^p(\d{1,2}(?:\.\d{0,10})?|100(?:\.0{0,10})?)$/.exec(name);
  if (found) return (values) => percentile(values, Number(found[1]));
  throw notImplemented(`The statistic ${name}`);
}

export function needsDistribution(name: string): boolean {
  return !Object.hasOwn(SIMPLE, name);
}
