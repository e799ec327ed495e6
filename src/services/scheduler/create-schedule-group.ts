import type { CreateScheduleGroupInput, CreateScheduleGroupOutput } from '@aws-sdk/client-scheduler';
import { type Operation, type ScheduleGroup, scheduleGroups } from '../../model/index.ts';
import type { SchedulerDeps } from './deps.ts';
import { groupArn } from './groups.ts';
import { alreadyThere, tooMany } from './refusals.ts';
import { checkedTags } from './tags.ts';

const MOST_GROUPS = 500;

/** CreateScheduleGroup: the same call again, by its token, is no conflict. */
export function createScheduleGroup({ store }: SchedulerDeps): Operation<CreateScheduleGroupInput, CreateScheduleGroupOutput> {
  return async (input, { account, region, now }) => {
    const name = input.Name!;
    const tags = checkedTags(input.Tags);
    const token = input.ClientToken;
    const said = { ...(tags ? { tags } : {}), ...(token === undefined ? {} : { token }) };
    const group: ScheduleGroup = { account, region, name, created: now, modified: now, state: 'ACTIVE', ...said };
    await store.transact(async (tx) => {
      const before = await tx.get(scheduleGroups, [account, region, name]);
      if (name !== 'default' && before && before.token !== undefined && before.token === token) return;
      if (name === 'default' || before) throw alreadyThere(`Schedule group ${name}`);
      if ((await tx.count(scheduleGroups, [account, region])) >= MOST_GROUPS) throw tooMany('schedule groups');
      await tx.put(scheduleGroups, group);
    });
    return { ScheduleGroupArn: groupArn(group) };
  };
}
