import type { UntagResourceRequest } from '@aws-sdk/client-cloudwatch-logs';
import { logGroups, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed, nameOfArn } from './found.ts';
import { withoutTags } from './tag-map.ts';

/** UntagResource (spec/backends.md §9). */
export function untagResource(deps: LogsDeps): Operation<UntagResourceRequest, object> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const group = await groupNamed(tx, context, nameOfArn(input.resourceArn!));
      await tx.put(logGroups, { ...group, tags: withoutTags(group.tags, input.tagKeys ?? []) });
    });
    return {};
  };
}
