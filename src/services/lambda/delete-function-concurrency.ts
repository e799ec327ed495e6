import type { DeleteFunctionConcurrencyRequest } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { functions } from './collections.ts';
import { unqualifiedRef } from './concurrency-ref.ts';
import type { Lambda } from './deps.ts';
import { findFunction } from './lookup.ts';

/** DeleteFunctionConcurrency: fine when nothing was reserved (spec/lambda-api.md §7). */
export function deleteFunctionConcurrency(lambda: Lambda): Operation<DeleteFunctionConcurrencyRequest> {
  return async (input, context) => {
    const ref = unqualifiedRef(context, 'DeleteFunctionConcurrency', input.FunctionName);
    const had = await lambda.store.transact(async (tx) => {
      const { reserved, reservedIn: _, ...rest } = await findFunction(tx, { ...ref, qualifier: '$LATEST' });
      await tx.put(functions, rest);
      return reserved ?? 0;
    });
    lambda.reservedChanged(ref, -had);
    return {};
  };
}
