import type { ListTagsLogGroupRequest, ListTagsLogGroupResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed } from './found.ts';

/** ListTagsLogGroup (spec/backends.md §9). */
export function listTagsLogGroup(deps: LogsDeps): Operation<ListTagsLogGroupRequest, ListTagsLogGroupResponse> {
  return async (input, context) => ({
    tags: { ...(await groupNamed(deps.store.read, context, input.logGroupName!)).tags },
  });
}
