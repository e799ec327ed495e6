import type { DeleteAliasRequest } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { aliases, asyncSettings, policies } from './collections.ts';
import type { Lambda } from './deps.ts';
import { findFunction, ownRef } from './lookup.ts';

/** DeleteAlias: fine when there was none; its function URL stays and answers 403 (spec/lambda-api.md §5, §10). */
export function deleteAlias(lambda: Lambda): Operation<DeleteAliasRequest> {
  return async (input, context) => {
    const ref = ownRef(context, 'DeleteAlias', input.FunctionName);
    await lambda.store.transact(async (tx) => {
      await findFunction(tx, ref);
      const key = [ref.account, ref.region, ref.name, input.Name ?? ''];
      for (const collection of [aliases, policies, asyncSettings]) await tx.delete(collection as never, key);
    });
    return {};
  };
}
