import type { DeleteFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { asyncSettings } from './collections.ts';
import type { Lambda } from './deps.ts';
import { noAsyncSettings, settingsKey } from './event-invoke-input.ts';
import { ownRef } from './lookup.ts';

/** DeleteFunctionEventInvokeConfig (spec/lambda-api.md §8). */
export function deleteFunctionEventInvokeConfig(lambda: Lambda): Operation<DeleteFunctionEventInvokeConfigRequest> {
  return async (input, context) => {
    const ref = ownRef(context, 'DeleteFunctionEventInvokeConfig', input.FunctionName, input.Qualifier);
    await lambda.store.transact(async (tx) => {
      if (!(await tx.delete(asyncSettings, settingsKey(ref)))) throw noAsyncSettings(ref);
    });
    return {};
  };
}
