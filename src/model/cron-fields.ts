/** AWS's dialect of cron (spec/backends.md §8.1): minutes, hours, day of month, month, day of week, year. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  readonly years: readonly number[];
  /** Days of a month that are asked for, in order. */
  readonly days: (year: number, month: number) => readonly number[];
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
  /** A range may go over the end: `FRI-MON`, `22-2`. */
  readonly wraps: boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MINUTE: Bounds = { min: 0, max: 59, wraps: true };
const HOUR: Bounds = { min: 0, max: 23, wraps: true };
const DAY: Bounds = { min: 1, max: 31, wraps: false };
const MONTH: Bounds = { min: 1, max: 12, names: MONTHS, wraps: true };
const WEEKDAY: Bounds = { min: 1, max: 7, names: WEEKDAYS, wraps: true };
const YEAR: Bounds = { min: 1970, max: 2199, wraps: false };

/** Reads the six fields; undefined when they are none. Exactly one of day of month and day of week is `?`. */
export function parseCron(text: string): Cron | undefined {
  const fields = text.split(/ +/);
  if (fields.length !== 6) return undefined;
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields as [string, string, string, string, string, string];
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const minutes = numbers(minute, MINUTE);
  const hours = numbers(hour, HOUR);
  const months = numbers(month, MONTH);
  const years = numbers(year, YEAR);
  const days = dayOfWeek === '?' ? parts(dayOfMonth, dayOfMonthPart) : parts(dayOfWeek, dayOfWeekPart);
  if (!minutes || !hours || !months || !years || !days) return undefined;
  return { minutes, hours, months, years, days: (y, m) => inOrder(days.flatMap((part) => part(y, m))) };
}

type Days = (year: number, month: number) => readonly number[];

function parts(field: string, read: (part: string) => Days | undefined): readonly Days[] | undefined {
  const found = field.split(',').map(read);
  return found.includes(undefined) ? undefined : (found as Days[]);
}

/** `*`, `5`, `1-15/2`, `L`, `L-3`, `LW`, `15W`. */
function dayOfMonthPart(part: string): Days | undefined {
  const last = /^L(?:-(\d{1,2}))?(W?)$/i.exec(part);
  if (last) {
    const back = Number(last[1] ?? 0);
    if (back > 30) return undefined;
    const at = (year: number, month: number) => daysIn(year, month) - back;
    const weekday = last[2] !== '';
    return (year, month) => within(weekday ? nearestWeekday(year, month, at(year, month)) : at(year, month), year, month);
  }
  const near = /^(\d{1,2})W$/i.exec(part);
  if (near) {
    const day = Number(near[1]);
    return day < 1 || day > 31
      ? undefined
      : (year, month) => (day > daysIn(year, month) ? [] : [nearestWeekday(year, month, day)]);
  }
  const days = range(part, DAY);
  return days && ((year, month) => days.filter((day) => day <= daysIn(year, month)));
}

/** `*`, `2-6`, `MON`, `L` (Saturday), `6L` (the last Friday), `3#2` (the second Tuesday). */
function dayOfWeekPart(part: string): Days | undefined {
  if (/^L$/i.test(part)) return (year, month) => weekdays(year, month, 7);
  const last = /^(\w+)L$/i.exec(part);
  if (last) {
    const day = single(last[1]!, WEEKDAY);
    return day === undefined ? undefined : (year, month) => weekdays(year, month, day).slice(-1);
  }
  const nth = /^(\w+)#([1-5])$/.exec(part);
  if (nth) {
    const day = single(nth[1]!, WEEKDAY);
    const at = Number(nth[2]) - 1;
    return day === undefined ? undefined : (year, month) => weekdays(year, month, day).slice(at, at + 1);
  }
  const days = range(part, WEEKDAY);
  return days && ((year, month) => days.flatMap((day) => weekdays(year, month, day)));
}

function numbers(field: string, bounds: Bounds): readonly number[] | undefined {
  const found = field.split(',').map((part) => range(part, bounds));
  return found.includes(undefined) ? undefined : inOrder(found.flatMap((values) => values!));
}

/** `*`, `5`, `5/10`, `1-5`, `1-15/2`, with `/` from any of them. */
function range(part: string, bounds: Bounds): readonly number[] | undefined {
  const found = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,4}))?$/.exec(part);
  if (!found) return undefined;
  const [, star, first, second, stride] = found;
  const step = stride === undefined ? 1 : Number(stride);
  const from = star ? bounds.min : single(first!, bounds);
  const to = star || (second === undefined && stride !== undefined) ? bounds.max : single(second ?? first!, bounds);
  if (from === undefined || to === undefined || step < 1) return undefined;
  if (from > to && !bounds.wraps) return undefined;
  const size = bounds.max - bounds.min + 1;
  const length = (from > to ? to + size : to) - from;
  const values = Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => from + i * step);
  return values.map((value) => (value > bounds.max ? value - size : value));
}

function single(text: string, { min, max, names }: Bounds): number | undefined {
  const named = names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return min + named;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

function inOrder(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** 1 is Sunday. */
function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function weekdays(year: number, month: number, weekday: number): readonly number[] {
  const first = 1 + ((weekday - weekdayOf(year, month, 1) + 7) % 7);
  const count = Math.floor((daysIn(year, month) - first) / 7) + 1;
  return Array.from({ length: count }, (_, i) => first + 7 * i);
}

/** The weekday next to a day, never in another month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day);
  if (weekday === 7) return day > 1 ? day - 1 : day + 2;
  if (weekday === 1) return day < daysIn(year, month) ? day + 1 : day - 2;
  return day;
}

function within(day: number, year: number, month: number): readonly number[] {
  return day >= 1 && day <= daysIn(year, month) ? [day] : [];
}
