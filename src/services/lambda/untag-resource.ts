import type { UntagResourceRequest } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { changeTags, taggedRef } from './tagged-function.ts';

/** UntagResource: fine for keys that are not there (spec/lambda-api.md §11). */
export function untagResource(lambda: Lambda): Operation<UntagResourceRequest> {
  return async (input, context) => {
    const ref = taggedRef(context, 'UntagResource', input.Resource);
    const gone = new Set(input.TagKeys);
    await lambda.store.transact((tx) =>
      changeTags(lambda, tx, ref, (before) => Object.fromEntries(Object.entries(before).filter(([key]) => !gone.has(key)))),
    );
    return {};
  };
}
