import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed, nameOfArn } from './found.ts';

/** ListTagsForResource (spec/backends.md §9). */
export function listTagsForResource(deps: LogsDeps): Operation<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  return async (input, context) => ({
    tags: { ...(await groupNamed(deps.store.read, context, nameOfArn(input.resourceArn!))).tags },
  });
}
