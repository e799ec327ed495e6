import type { CreateScheduleInput, CreateScheduleOutput } from '@aws-sdk/client-scheduler';
import { type Operation, scheduleArn, schedules } from '../../model/index.ts';
import type { SchedulerDeps } from './deps.ts';
import { openGroup } from './groups.ts';
import { alreadyThere } from './refusals.ts';
import { checkedRow, keepSchedule } from './schedule-rows.ts';

/** CreateSchedule (spec/backends.md §8.4): the same call again, by its token, is no conflict. */
export function createSchedule({ store, checkRole }: SchedulerDeps): Operation<CreateScheduleInput, CreateScheduleOutput> {
  return async (input, context) => {
    const row = await checkedRow(input, context, checkRole);
    await store.transact(async (tx) => {
      await openGroup(tx, context, row.group);
      const before = await tx.get(schedules, [row.account, row.region, row.group, row.name]);
      if (before && (before.token === undefined || before.token !== row.token)) throw alreadyThere(`Schedule ${row.name}`);
      if (!before) await keepSchedule(tx, row, context.now);
    });
    return { ScheduleArn: scheduleArn(row) };
  };
}
