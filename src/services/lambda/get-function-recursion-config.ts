import type { GetFunctionRecursionConfigRequest, GetFunctionRecursionConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { findFunction, ownRef } from './lookup.ts';

/** GetFunctionRecursionConfig (spec/lambda-api.md §13). */
export function getFunctionRecursionConfig(
  lambda: Lambda,
): Operation<GetFunctionRecursionConfigRequest, GetFunctionRecursionConfigResponse> {
  return async (input, context) => {
    const fn = await findFunction(lambda.store.read, ownRef(context, 'GetFunctionRecursionConfig', input.FunctionName));
    return { RecursiveLoop: fn.mayRecur ? 'Allow' : 'Terminate' };
  };
}
