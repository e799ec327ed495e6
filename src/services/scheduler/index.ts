import type { Service, StoreSchema } from '../../kernel/index.ts';
import { type Operation, type ServiceTable, scheduleGroups, schedules, scheduleTopic, timers } from '../../model/index.ts';
import { accessOf } from './access.ts';
import { createSchedule } from './create-schedule.ts';
import { createScheduleGroup } from './create-schedule-group.ts';
import { deleteSchedule } from './delete-schedule.ts';
import { deleteScheduleGroup } from './delete-schedule-group.ts';
import type { SchedulerDeps } from './deps.ts';
import { getSchedule } from './get-schedule.ts';
import { getScheduleGroup } from './get-schedule-group.ts';
import { createGroupWork } from './group-work.ts';
import { listScheduleGroups } from './list-schedule-groups.ts';
import { listSchedules } from './list-schedules.ts';
import { listTagsForResource, tagResource, untagResource } from './resource-tags.ts';
import { updateSchedule } from './update-schedule.ts';

export type { SchedulerDeps } from './deps.ts';

/** What schedules keep; dispatch fires them. */
export const schema: StoreSchema = {
  collections: [scheduleGroups, schedules, timers] as never,
  topics: [scheduleTopic],
};

export interface SchedulerService extends ServiceTable {
  /** Deletes groups. */
  readonly background: Service;
}

/** EventBridge Scheduler (spec/backends.md §8.4). */
export function schedulerService(deps: SchedulerDeps): SchedulerService {
  const background = createGroupWork(deps);
  const operations = {
    CreateSchedule: createSchedule(deps),
    CreateScheduleGroup: createScheduleGroup(deps),
    DeleteSchedule: deleteSchedule(deps),
    DeleteScheduleGroup: deleteScheduleGroup(deps, () => background.wake()),
    GetSchedule: getSchedule(deps),
    GetScheduleGroup: getScheduleGroup(deps),
    ListScheduleGroups: listScheduleGroups(deps),
    ListSchedules: listSchedules(deps),
    ListTagsForResource: listTagsForResource(deps),
    TagResource: tagResource(deps),
    UntagResource: untagResource(deps),
    UpdateSchedule: updateSchedule(deps),
  };
  return { operations: operations as Readonly<Record<string, Operation>>, access: accessOf, background };
}
