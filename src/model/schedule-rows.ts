import { collection } from '../kernel/index.ts';
import type { ScheduleTarget } from './schedule-targets.ts';
import { lastTime, nextTime, parseSchedule, type ScheduleSetting } from './schedules.ts';

/** A group of schedules; `default` is always there, and has a row only when it has tags. */
export interface ScheduleGroup {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** Epoch ms. */
  readonly created: number;
  readonly modified: number;
  readonly state: 'ACTIVE' | 'DELETING';
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
  /** Of the call that made it: the same call again is not a conflict. */
  readonly token?: string;
}

export const scheduleGroups = collection<ScheduleGroup>({
  name: 'scheduler.groups',
  key: ['account', 'region', 'name'],
  indexes: [{ name: 'state', fields: ['state'] }],
});

/** A schedule of EventBridge Scheduler, in the words of CreateSchedule. */
export interface ScheduleRow {
  readonly account: string;
  readonly region: string;
  readonly group: string;
  readonly name: string;
  readonly created: number;
  readonly modified: number;
  readonly expression: string;
  /** Absent: UTC. */
  readonly zone?: string;
  /** Epoch ms. */
  readonly start?: number;
  readonly end?: number;
  readonly description?: string;
  readonly enabled: boolean;
  /** Minutes of a flexible window; absent: OFF. */
  readonly windowMinutes?: number;
  readonly deleteWhenDone: boolean;
  readonly target: ScheduleTarget;
  readonly token?: string;
}

export const schedules = collection<ScheduleRow>({ name: 'scheduler.schedules', key: ['account', 'region', 'group', 'name'] });

/** When a rule or schedule fires next. There is one for each that is enabled and ever due again. */
export interface Timer {
  /** ARN of the rule or schedule. */
  readonly arn: string;
  readonly kind: 'rule' | 'schedule';
  readonly setting: ScheduleSetting;
  /** Ms over which firings are spread. */
  readonly windowMs: number;
  /** The time that is due next, and when it fires: later by its share of the window. Epoch ms. */
  readonly at: number;
  readonly due: number;
  /** The time that fired last. */
  readonly last?: number;
}

export const timers = collection<Timer>({
  name: 'schedules.timers',
  key: ['arn'],
  integers: ['due', 'last'],
  indexes: [
    { name: 'due', fields: ['due'] },
    { name: 'last', fields: ['last'] },
  ],
});

export function ruleArn(region: string, account: string, bus: string, name: string): string {
  return `arn:aws:events:${region}:${account}:rule/${bus === 'default' ? '' : `${bus}/`}${name}`;
}

export function scheduleArn({
  region,
  account,
  group,
  name,
}: Pick<ScheduleRow, 'region' | 'account' | 'group' | 'name'>): string {
  return `arn:aws:scheduler:${region}:${account}:schedule/${group}/${name}`;
}

/** A missed time is made up for once, if it is no older than this. */
export const MAKE_UP_MS = 24 * 60 * 60 * 1000;

type Unset = Pick<Timer, 'arn' | 'kind' | 'setting' | 'windowMs'>;

/** The timer set to its first time after a moment; undefined: it is never due again. */
export function setTimer(timer: Unset, after: number, last?: number): Timer | undefined {
  const schedule = parseSchedule(timer.setting);
  const at = schedule && nextTime(schedule, after);
  if (at === undefined) return undefined;
  const { arn, kind, setting, windowMs } = timer;
  const due = at + spread(`${arn}\n${at}`, windowMs);
  return { arn, kind, setting, windowMs, at, due, ...(last === undefined ? {} : { last }) };
}

export interface Fired {
  /** The time that fires; undefined: all that was missed is too old. */
  readonly time?: number;
  /** Undefined: never again. */
  readonly next?: Timer;
}

/**
 * What a timer that is due does: it fires once for all that was missed, with the last time of them, and goes on after now. A time whose
 * window has not come yet is not missed.
 */
export function fire(timer: Timer, now: number): Fired {
  const schedule = parseSchedule(timer.setting);
  if (!schedule) return {};
  const oldest = now - MAKE_UP_MS;
  const from = Math.max(timer.at, oldest - 1);
  const missed = lastTime(schedule, from, now - timer.windowMs);
  const time = missed ?? (timer.at >= oldest ? timer.at : undefined);
  const next = setTimer(timer, time ?? now, time ?? timer.last);
  return { ...(time === undefined ? {} : { time }), ...(next ? { next } : {}) };
}

/** A number below range made of a text, the same each time: the share of a window. */
function spread(text: string, range: number): number {
  if (range <= 0) return 0;
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return (hash >>> 0) % range;
}
