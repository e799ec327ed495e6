import { invalid, invalidValue } from './refusals.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Throws for what is no period of a metric, in seconds. */
export function checkPeriod(period: number, parameter = 'Period'): void {
  if ([1, 5, 10, 20, 30].includes(period) || (period > 0 && period % 60 === 0)) return;
  throw invalidValue(
    `The value ${period} for parameter ${parameter} is invalid. It must be 1, 5, 10, 20, 30 or a multiple of 60.`,
  );
}

/** Start and end in epoch ms; a start is rounded down, by how long ago it is and to what the period needs. Throws ValidationException. */
export function rangeOf(start: Date, end: Date, { periods, now }: { readonly periods: readonly number[]; readonly now: number }) {
  const [from, to] = [start.getTime(), end.getTime()];
  if (!(from < to)) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
  const age = now - from;
  const shortest = Math.min(MINUTE, ...periods.map((period) => period * 1000));
  const step = age > 63 * DAY ? 60 * MINUTE : age > 15 * DAY ? 5 * MINUTE : shortest;
  return { from: Math.max(0, from - (((from % step) + step) % step)), to: Math.max(0, to) };
}
