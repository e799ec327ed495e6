import type { ListTagsRequest, ListTagsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { tags } from './collections.ts';
import type { Lambda } from './deps.ts';
import { findFunction } from './lookup.ts';
import { taggedRef } from './tagged-function.ts';

/** ListTags (spec/lambda-api.md §11). */
export function listTags(lambda: Lambda): Operation<ListTagsRequest, ListTagsResponse> {
  return async (input, context) => {
    const ref = taggedRef(context, 'ListTags', input.Resource);
    await findFunction(lambda.store.read, ref);
    return { Tags: { ...(await lambda.store.read.get(tags, [ref.account, ref.region, ref.name]))?.tags } };
  };
}
