import type { GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { unqualifiedRef } from './concurrency-ref.ts';
import type { Lambda } from './deps.ts';
import { findFunction } from './lookup.ts';

/** GetFunctionConcurrency: empty when nothing is reserved (spec/lambda-api.md §7). */
export function getFunctionConcurrency(lambda: Lambda): Operation<GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse> {
  return async (input, context) => {
    const ref = unqualifiedRef(context, 'GetFunctionConcurrency', input.FunctionName);
    const { reserved } = await findFunction(lambda.store.read, { ...ref, qualifier: '$LATEST' });
    return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
  };
}
