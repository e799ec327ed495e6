import type { TagResourceRequest } from '@aws-sdk/client-cloudwatch-logs';
import { logGroups, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed, nameOfArn } from './found.ts';
import { withTags } from './tag-map.ts';

/** TagResource (spec/backends.md §9). */
export function tagResource(deps: LogsDeps): Operation<TagResourceRequest, object> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const group = await groupNamed(tx, context, nameOfArn(input.resourceArn!));
      await tx.put(logGroups, { ...group, tags: withTags(group.tags, input.tags) });
    });
    return {};
  };
}
