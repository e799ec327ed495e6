import type { UntagResourceRequest } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { mappingOfArn } from './mapping-rows.ts';
import { changeTags, taggedRef } from './tagged-function.ts';
import { keepMappingTags, taggedMapping } from './tagged-mapping.ts';

/** UntagResource: fine for keys that are not there (spec/lambda-api.md §11). */
export function untagResource(lambda: Lambda): Operation<UntagResourceRequest> {
  return async (input, context) => {
    const gone = new Set(input.TagKeys);
    const without = (before: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(before).filter(([key]) => !gone.has(key)));
    const named = mappingOfArn(input.Resource ?? '');
    if (named) {
      await lambda.store.transact(async (tx) => {
        const mapping = await taggedMapping(tx, context, 'UntagResource', named);
        await keepMappingTags(tx, mapping, without(mapping.tags));
      });
      return {};
    }
    const ref = taggedRef(context, 'UntagResource', input.Resource);
    await lambda.store.transact((tx) => changeTags(lambda, tx, ref, without));
    return {};
  };
}
