import type { Reader } from '../../kernel/index.ts';
import { type Place, type ScheduleGroup, scheduleGroups } from '../../model/index.ts';
import { beingDeleted, missing } from './refusals.ts';

/** A group; `default` is always there. Throws ResourceNotFoundException 404. */
export async function foundGroup(from: Reader, { account, region }: Place, name: string): Promise<ScheduleGroup> {
  const group = await from.get(scheduleGroups, [account, region, name]);
  if (group) return group;
  if (name !== 'default') throw missing(`Schedule group ${name}`);
  return { account, region, name, created: 0, modified: 0, state: 'ACTIVE' };
}

/** A group that takes schedules. Throws ConflictException 409 while it is being deleted, too. */
export async function openGroup(from: Reader, place: Place, name: string): Promise<ScheduleGroup> {
  const group = await foundGroup(from, place, name);
  if (group.state === 'DELETING') throw beingDeleted(name);
  return group;
}

export function groupArn({ account, region, name }: Pick<ScheduleGroup, 'account' | 'region' | 'name'>): string {
  return `arn:aws:scheduler:${region}:${account}:schedule-group/${name}`;
}

/** A group as GetScheduleGroup and ListScheduleGroups show it. */
export function shownGroup(group: ScheduleGroup) {
  return {
    Arn: groupArn(group),
    Name: group.name,
    State: group.state,
    ...(group.created === 0 ? {} : { CreationDate: new Date(group.created) }),
    ...(group.modified === 0 ? {} : { LastModificationDate: new Date(group.modified) }),
  };
}
