import { type Cron, parseCron } from './cron-fields.ts';

/** When something is due. Rules know cron and rate; EventBridge Scheduler knows at and time zones too (spec/backends.md §8.1, §8.4). */
export type Schedule = When & Span;

type When =
  | { readonly kind: 'rate'; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly cron: Cron; readonly zone: string }
  | { readonly kind: 'at'; readonly time: number };

/** What bounds it; epoch ms. */
interface Span {
  /** From where a rate counts. */
  readonly anchor: number;
  /** Nothing before; a rate counts from here, this time included. */
  readonly start?: number;
  /** Nothing after. */
  readonly end?: number;
}

export interface ScheduleSetting extends Span {
  readonly expression: string;
  /** `rule`: only what PutRule takes. */
  readonly dialect: 'rule' | 'scheduler';
  /** IANA name; default UTC. Must be a time zone. */
  readonly zone?: string;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const UNITS: Readonly<Record<string, number>> = { minute: MINUTE, hour: 60 * MINUTE, day: DAY };

/** Compiles an expression; undefined when it is none of the dialect. */
export function parseSchedule({ expression, dialect, zone = 'UTC', ...span }: ScheduleSetting): Schedule | undefined {
  const cron = /^cron\((.*)\)$/.exec(expression);
  if (cron) {
    const fields = parseCron(cron[1]!);
    return fields && { kind: 'cron', cron: fields, zone, ...span };
  }
  const rate = /^rate\((\d{1,9}) (minute|hour|day)(s?)\)$/.exec(expression);
  if (rate) {
    const [value, plural] = [Number(rate[1]), rate[3] === 's'];
    if (value < 1 || (dialect === 'rule' && plural !== value > 1)) return undefined;
    return { kind: 'rate', everyMs: value * UNITS[rate[2]!]!, ...span };
  }
  const at = dialect === 'scheduler' && /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:[0-5]\d)\)$/.exec(expression);
  const time = at ? atTime(at[1]!, zone) : undefined;
  return time === undefined ? undefined : { kind: 'at', time, ...span };
}

/** Whether a text names a time zone. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/**
 * The first time after a moment; undefined: never again. Where clocks go forward, times that do not exist are left out; where they go back,
 * a time counts once, at its first coming.
 */
export function nextTime(schedule: Schedule, after: number): number | undefined {
  const { start = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY } = schedule;
  const time = nextUnbounded(schedule, Math.max(after, start - 1));
  return time !== undefined && time >= start && time <= end ? time : undefined;
}

/** The last time after from and not after until, for what was missed while nobody looked. Costs some nextTime. */
export function lastTime(schedule: Schedule, from: number, until: number): number | undefined {
  for (let span = MINUTE; ; span *= 2) {
    let found = nextTime(schedule, Math.max(from, until - span));
    if (found === undefined || found > until) {
      if (until - span <= from) return undefined;
      continue;
    }
    for (let next = nextTime(schedule, found); next !== undefined && next <= until; next = nextTime(schedule, found))
      found = next;
    return found;
  }
}

function nextUnbounded(schedule: Schedule, after: number): number | undefined {
  if (schedule.kind === 'at') return schedule.time > after ? schedule.time : undefined;
  if (schedule.kind === 'cron') return nextCron(schedule.cron, schedule.zone, after);
  const { everyMs, anchor, start } = schedule;
  const first = start ?? anchor + everyMs;
  return first > after ? first : first + (Math.floor((after - first) / everyMs) + 1) * everyMs;
}

/** Years, months, days, hours and minutes in the zone's own calendar, from the minute after. */
function nextCron(cron: Cron, zone: string, after: number): number | undefined {
  const from = localOf(after, zone);
  for (const year of cron.years) {
    if (year < from.year) continue;
    for (const month of cron.months) {
      if (year === from.year && month < from.month) continue;
      for (const day of cron.days(year, month)) {
        const past = year === from.year && month === from.month ? day - from.day : 1;
        const found = past < 0 ? undefined : nextOfDay(cron, { year, month, day }, { zone, after, from, today: past === 0 });
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}

interface Local {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

function nextOfDay(
  { hours, minutes }: Cron,
  day: Pick<Local, 'year' | 'month' | 'day'>,
  { zone, after, from, today }: { zone: string; after: number; from: Local; today: boolean },
): number | undefined {
  for (const hour of hours) {
    if (today && hour < from.hour) continue;
    for (const minute of minutes) {
      if (today && hour === from.hour && minute < from.minute) continue;
      const time = epochOf({ ...day, hour, minute }, zone);
      if (time !== undefined && time > after) return time;
    }
  }
  return undefined;
}

function localOf(time: number, zone: string): Local {
  if (zone !== 'UTC') return Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone);
  const date = new Date(time);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  return { year, month, day, hour: date.getUTCHours(), minute: date.getUTCMinutes() };
}

/** The first moment with this local time; undefined: the clocks go past it. */
function epochOf(local: Local, zone: string): number | undefined {
  if (zone === 'UTC') return Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute);
  const moment = Temporal.ZonedDateTime.from({ ...local, timeZone: zone }, { disambiguation: 'earlier' });
  const same = moment.day === local.day && moment.hour === local.hour && moment.minute === local.minute;
  return same ? moment.epochMilliseconds : undefined;
}

/** A date and time without zone, read in one; undefined when there is no such day or time. In a gap of the clocks it is as much later. */
function atTime(text: string, zone: string): number | undefined {
  try {
    return Temporal.PlainDateTime.from(text, { overflow: 'reject' }).toZonedDateTime(zone).epochMilliseconds;
  } catch {
    return undefined;
  }
}
