import type { CreateScheduleInput, UpdateScheduleInput } from '@aws-sdk/client-scheduler';
import type { Reader, Transaction } from '../../kernel/index.ts';
import {
  type CheckRole,
  isTimeZone,
  type Place,
  parseSchedule,
  type ScheduleRow,
  scheduleArn,
  schedules,
  setTimer,
  timers,
} from '../../model/index.ts';
import { checkTarget } from './check-target.ts';
import { invalid, missing, notImplemented } from './refusals.ts';

type Given = CreateScheduleInput | UpdateScheduleInput;

/** What CreateSchedule and UpdateSchedule say, checked, but for what only the store knows. Throws ValidationException 400. */
export async function checkedRow(
  given: Given,
  { account, region, now }: Place & { readonly now: number },
  checkRole: CheckRole,
): Promise<ScheduleRow> {
  if (given.KmsKeyArn !== undefined) throw notImplemented('KmsKeyArn');
  const row: ScheduleRow = {
    ...{ account, region, group: given.GroupName ?? 'default', name: given.Name!, created: now, modified: now },
    ...timesOf(given),
    enabled: given.State !== 'DISABLED',
    deleteWhenDone: given.ActionAfterCompletion === 'DELETE',
    target: checkTarget(given.Target!),
    ...windowOf(given),
    ...(given.Description === undefined ? {} : { description: given.Description }),
    ...(given.ClientToken === undefined ? {} : { token: given.ClientToken }),
  };
  if ((await checkRole(row.target.RoleArn, 'scheduler.amazonaws.com')) !== 'ok') {
    throw invalid('The execution role you provide must allow AWS EventBridge Scheduler to assume the role.');
  }
  return row;
}

function timesOf(given: Given): Pick<ScheduleRow, 'expression' | 'zone' | 'start' | 'end'> {
  const expression = given.ScheduleExpression!;
  const zone = given.ScheduleExpressionTimezone;
  if (zone !== undefined && !isTimeZone(zone)) throw invalid(`Invalid ScheduleExpressionTimezone ${zone}.`);
  const times = { dialect: 'scheduler', anchor: 0, ...(zone === undefined ? {} : { zone }) } as const;
  if (!parseSchedule({ expression, ...times })) throw invalid(`Invalid Schedule Expression ${expression}.`);
  const [start, end] = [given.StartDate?.getTime(), given.EndDate?.getTime()];
  if (start !== undefined && end !== undefined && start >= end) {
    throw invalid('The StartDate you specify must come before the EndDate.');
  }
  return {
    expression,
    ...(zone === undefined ? {} : { zone }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  };
}

function windowOf({ FlexibleTimeWindow }: Given): Pick<ScheduleRow, 'windowMinutes'> {
  const { Mode, MaximumWindowInMinutes } = FlexibleTimeWindow!;
  if (Mode === 'FLEXIBLE') {
    if (MaximumWindowInMinutes === undefined) throw invalid('MaximumWindowInMinutes must be specified when Mode is FLEXIBLE.');
    return { windowMinutes: MaximumWindowInMinutes };
  }
  if (MaximumWindowInMinutes !== undefined) throw invalid('MaximumWindowInMinutes must not be specified when Mode is OFF.');
  return {};
}

/** A schedule. Throws ResourceNotFoundException 404. */
export async function foundSchedule(
  from: Reader,
  { account, region }: Place,
  { Name, GroupName = 'default' }: { readonly Name: string | undefined; readonly GroupName?: string | undefined },
): Promise<ScheduleRow> {
  const row = await from.get(schedules, [account, region, GroupName, Name!]);
  if (!row) throw missing(`Schedule ${Name}`);
  return row;
}

/** Writes a schedule and sets its timer; a rate that stays goes on in its rhythm. */
export async function keepSchedule(tx: Transaction, row: ScheduleRow, now: number): Promise<void> {
  await tx.put(schedules, row);
  const arn = scheduleArn(row);
  const { expression, zone, start, end, windowMinutes = 0 } = row;
  const before = await tx.get(timers, [arn]);
  const setting = {
    ...{ expression, dialect: 'scheduler' as const },
    anchor: before?.setting.expression === expression ? before.setting.anchor : now,
    ...(zone === undefined ? {} : { zone }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  };
  const timer = row.enabled
    ? setTimer({ arn, kind: 'schedule', setting, windowMs: windowMinutes * 60_000 }, now, before?.last)
    : undefined;
  if (timer) await tx.put(timers, timer);
  else await tx.delete(timers, [arn]);
}

/** Removes a schedule with its timer. */
export async function removeSchedule(tx: Transaction, row: ScheduleRow): Promise<void> {
  await tx.delete(schedules, [row.account, row.region, row.group, row.name]);
  await tx.delete(timers, [scheduleArn(row)]);
}
