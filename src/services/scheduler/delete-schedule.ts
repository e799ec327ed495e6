import type { DeleteScheduleInput } from '@aws-sdk/client-scheduler';
import type { Operation } from '../../model/index.ts';
import type { SchedulerDeps } from './deps.ts';
import { foundSchedule, removeSchedule } from './schedule-rows.ts';

/** DeleteSchedule: it does not fire any more; what was due before is still delivered. */
export function deleteSchedule({ store }: SchedulerDeps): Operation<DeleteScheduleInput> {
  return async (input, context) => {
    await store.transact(async (tx) => {
      await removeSchedule(tx, await foundSchedule(tx, context, { Name: input.Name, GroupName: input.GroupName }));
    });
    return {};
  };
}
