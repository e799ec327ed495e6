import type { GetFunctionCodeSigningConfigRequest } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { findFunction, ownRef } from './lookup.ts';

/** GetFunctionCodeSigningConfig: none can be set here, and none is what it answers (spec/lambda-api.md §13). */
export function getFunctionCodeSigningConfig(lambda: Lambda): Operation<GetFunctionCodeSigningConfigRequest> {
  return async (input, context) => {
    await findFunction(lambda.store.read, ownRef(context, 'GetFunctionCodeSigningConfig', input.FunctionName));
    return {};
  };
}
