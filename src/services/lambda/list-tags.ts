import type { ListTagsRequest, ListTagsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { tags } from './collections.ts';
import type { Lambda } from './deps.ts';
import { findFunction } from './lookup.ts';
import { mappingOfArn } from './mapping-rows.ts';
import { taggedRef } from './tagged-function.ts';
import { taggedMapping } from './tagged-mapping.ts';

/** ListTags (spec/lambda-api.md §11). */
export function listTags(lambda: Lambda): Operation<ListTagsRequest, ListTagsResponse> {
  return async (input, context) => {
    const named = mappingOfArn(input.Resource ?? '');
    if (named) return { Tags: { ...(await taggedMapping(lambda.store.read, context, 'ListTags', named)).tags } };
    const ref = taggedRef(context, 'ListTags', input.Resource);
    await findFunction(lambda.store.read, ref);
    return { Tags: { ...(await lambda.store.read.get(tags, [ref.account, ref.region, ref.name]))?.tags } };
  };
}
