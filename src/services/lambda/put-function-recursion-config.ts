import type { PutFunctionRecursionConfigRequest, PutFunctionRecursionConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { functions } from './collections.ts';
import type { Lambda } from './deps.ts';
import { findFunction, ownRef } from './lookup.ts';

/** PutFunctionRecursionConfig: dispatch stops a function that causes itself, unless it is allowed to (spec/lambda-api.md §13, spec/invoke.md §11). */
export function putFunctionRecursionConfig(
  lambda: Lambda,
): Operation<PutFunctionRecursionConfigRequest, PutFunctionRecursionConfigResponse> {
  return async (input, context) => {
    const ref = ownRef(context, 'PutFunctionRecursionConfig', input.FunctionName);
    await lambda.store.transact(async (tx) => {
      const { mayRecur: _, ...fn } = await findFunction(tx, ref);
      await tx.put(functions, input.RecursiveLoop === 'Allow' ? { ...fn, mayRecur: true } : fn);
    });
    return { RecursiveLoop: input.RecursiveLoop };
  };
}
