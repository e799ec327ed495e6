import type { TagLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs';
import { logGroups, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed } from './found.ts';
import { withTags } from './tag-map.ts';

/** TagLogGroup (spec/backends.md §9). */
export function tagLogGroup(deps: LogsDeps): Operation<TagLogGroupRequest, object> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const group = await groupNamed(tx, context, input.logGroupName!);
      await tx.put(logGroups, { ...group, tags: withTags(group.tags, input.tags) });
    });
    return {};
  };
}
