import type { TagResourceRequest } from '@aws-sdk/client-lambda';
import { invalidParameter, type Operation } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { mappingOfArn } from './mapping-rows.ts';
import { changeTags, taggedRef } from './tagged-function.ts';
import { keepMappingTags, taggedMapping } from './tagged-mapping.ts';

/** TagResource (spec/lambda-api.md §11). */
export function tagResource(lambda: Lambda): Operation<TagResourceRequest> {
  return async (input, context) => {
    const given = input.Tags ?? {};
    if (Object.keys(given).length === 0) throw invalidParameter('An error occurred and the request cannot be processed.');
    const named = mappingOfArn(input.Resource ?? '');
    if (named) {
      await lambda.store.transact(async (tx) => {
        const mapping = await taggedMapping(tx, context, 'TagResource', named);
        await keepMappingTags(tx, mapping, { ...mapping.tags, ...given });
      });
      return {};
    }
    const ref = taggedRef(context, 'TagResource', input.Resource);
    await lambda.store.transact((tx) => changeTags(lambda, tx, ref, (before) => ({ ...before, ...given })));
    return {};
  };
}
