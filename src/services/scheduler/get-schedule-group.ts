import type { GetScheduleGroupInput, GetScheduleGroupOutput } from '@aws-sdk/client-scheduler';
import type { Operation } from '../../model/index.ts';
import type { SchedulerDeps } from './deps.ts';
import { foundGroup, shownGroup } from './groups.ts';

/** GetScheduleGroup. */
export function getScheduleGroup({ store }: SchedulerDeps): Operation<GetScheduleGroupInput, GetScheduleGroupOutput> {
  return async (input, context) => shownGroup(await foundGroup(store.read, context, input.Name!));
}
