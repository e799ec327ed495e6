import type { UpdateScheduleInput, UpdateScheduleOutput } from '@aws-sdk/client-scheduler';
import { type Operation, scheduleArn } from '../../model/index.ts';
import type { SchedulerDeps } from './deps.ts';
import { openGroup } from './groups.ts';
import { checkedRow, foundSchedule, keepSchedule } from './schedule-rows.ts';

/** UpdateSchedule: replaces everything; what is not said has its default again (spec/backends.md §8.4). */
export function updateSchedule({ store, checkRole }: SchedulerDeps): Operation<UpdateScheduleInput, UpdateScheduleOutput> {
  return async (input, context) => {
    const row = await checkedRow(input, context, checkRole);
    await store.transact(async (tx) => {
      await openGroup(tx, context, row.group);
      const before = await foundSchedule(tx, context, { Name: row.name, GroupName: row.group });
      await keepSchedule(tx, { ...row, created: before.created }, context.now);
    });
    return { ScheduleArn: scheduleArn(row) };
  };
}
