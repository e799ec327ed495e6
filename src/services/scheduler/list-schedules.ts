import type { ListSchedulesInput, ListSchedulesOutput } from '@aws-sdk/client-scheduler';
import { afterPrefix, type Operation, type Place, type ScheduleRow, scheduleArn, schedules } from '../../model/index.ts';
import type { SchedulerDeps } from './deps.ts';
import { foundGroup } from './groups.ts';
import { keyOfToken, tokenOf } from './page-token.ts';

const LARGEST = 100;

/** ListSchedules by group and name, of one group or all. */
export function listSchedules(deps: SchedulerDeps): Operation<ListSchedulesInput, ListSchedulesOutput> {
  return async (input, context) => {
    const { GroupName, MaxResults = LARGEST } = input;
    if (GroupName !== undefined) await foundGroup(deps.store.read, context, GroupName);
    const found = await collect(deps, context, { ...input, most: MaxResults + 1 });
    const rows = found.slice(0, MaxResults);
    const last = rows.at(-1);
    const next = found.length > MaxResults && last ? { NextToken: tokenOf([last.group, last.name]) } : {};
    return { Schedules: rows.map(shown), ...next };
  };
}

/** At most so many that are wanted, after the token's. */
async function collect(
  { store }: SchedulerDeps,
  { account, region }: Place,
  { GroupName, NamePrefix = '', State, NextToken, most }: ListSchedulesInput & { readonly most: number },
): Promise<readonly ScheduleRow[]> {
  const prefix = GroupName === undefined ? [account, region] : [account, region, GroupName];
  const end = GroupName === undefined ? undefined : afterPrefix(NamePrefix);
  const from = GroupName === undefined || NamePrefix === '' ? {} : { from: [NamePrefix] };
  const to = end === undefined ? {} : { to: [end] };
  const found: ScheduleRow[] = [];
  let after: readonly (string | number)[] | undefined =
    NextToken === undefined ? undefined : keyOfToken(NextToken, 2).slice(GroupName === undefined ? 0 : 1);
  do {
    const page = await store.read.range(schedules, { prefix, limit: 1000, ...to, ...(after ? { after } : from) });
    const wanted = page.items.filter(
      ({ name, enabled }) => name.startsWith(NamePrefix) && (State === undefined || (State === 'ENABLED') === enabled),
    );
    found.push(...wanted);
    after = page.next;
  } while (after && found.length < most);
  return found.slice(0, most);
}

function shown(row: ScheduleRow) {
  return {
    Arn: scheduleArn(row),
    Name: row.name,
    GroupName: row.group,
    State: row.enabled ? ('ENABLED' as const) : ('DISABLED' as const),
    CreationDate: new Date(row.created),
    LastModificationDate: new Date(row.modified),
    Target: { Arn: row.target.Arn },
  };
}
