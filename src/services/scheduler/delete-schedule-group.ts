import type { DeleteScheduleGroupInput } from '@aws-sdk/client-scheduler';
import { type Operation, scheduleGroups } from '../../model/index.ts';
import type { SchedulerDeps } from './deps.ts';
import { foundGroup } from './groups.ts';
import { invalid } from './refusals.ts';

/** DeleteScheduleGroup: from now on it takes no schedules; those it has go behind, and then the group. wake begins it at once. */
export function deleteScheduleGroup({ store }: SchedulerDeps, wake: () => void): Operation<DeleteScheduleGroupInput> {
  return async (input, context) => {
    if (input.Name === 'default') throw invalid('Cannot delete the default schedule group.');
    await store.transact(async (tx) => {
      const group = await foundGroup(tx, context, input.Name!);
      await tx.put(scheduleGroups, { ...group, state: 'DELETING', modified: context.now });
    });
    wake();
    return {};
  };
}
