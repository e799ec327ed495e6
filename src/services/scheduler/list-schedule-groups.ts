import type { ListScheduleGroupsInput, ListScheduleGroupsOutput } from '@aws-sdk/client-scheduler';
import { allRows } from '../../kernel/index.ts';
import { type Operation, scheduleGroups } from '../../model/index.ts';
import type { SchedulerDeps } from './deps.ts';
import { foundGroup, shownGroup } from './groups.ts';
import { keyOfToken, tokenOf } from './page-token.ts';

const LARGEST = 100;

/** ListScheduleGroups by name; the default one is always there. An account has at most 500. */
export function listScheduleGroups({ store }: SchedulerDeps): Operation<ListScheduleGroupsInput, ListScheduleGroupsOutput> {
  return async (input, context) => {
    const { account, region } = context;
    const { NamePrefix = '', MaxResults = LARGEST, NextToken } = input;
    const after = NextToken === undefined ? '' : keyOfToken(NextToken, 1)[0]!;
    const items = await allRows(store.read, scheduleGroups, { prefix: [account, region] });
    const others = items.filter(({ name }) => name !== 'default');
    const all = [await foundGroup(store.read, context, 'default'), ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
    const wanted = all.filter(({ name }) => name.startsWith(NamePrefix) && name > after);
    const groups = wanted.slice(0, MaxResults);
    const next = wanted.length > groups.length ? { NextToken: tokenOf([groups.at(-1)!.name]) } : {};
    return { ScheduleGroups: groups.map(shownGroup), ...next };
  };
}
