import type { UntagLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs';
import { logGroups, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed } from './found.ts';
import { withoutTags } from './tag-map.ts';

/** UntagLogGroup (spec/backends.md §9). */
export function untagLogGroup(deps: LogsDeps): Operation<UntagLogGroupRequest, object> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const group = await groupNamed(tx, context, input.logGroupName!);
      await tx.put(logGroups, { ...group, tags: withoutTags(group.tags, input.tags ?? []) });
    });
    return {};
  };
}
