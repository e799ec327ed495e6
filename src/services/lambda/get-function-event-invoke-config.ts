import type { FunctionEventInvokeConfig, GetFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { shownAsyncSettings } from './async-settings.ts';
import { asyncSettings } from './collections.ts';
import type { Lambda } from './deps.ts';
import { noAsyncSettings, settingsKey } from './event-invoke-input.ts';
import { ownRef } from './lookup.ts';

/** GetFunctionEventInvokeConfig (spec/lambda-api.md §8). */
export function getFunctionEventInvokeConfig(
  lambda: Lambda,
): Operation<GetFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async (input, context) => {
    const ref = ownRef(context, 'GetFunctionEventInvokeConfig', input.FunctionName, input.Qualifier);
    const found = await lambda.store.read.get(asyncSettings, settingsKey(ref));
    if (!found) throw noAsyncSettings(ref);
    return shownAsyncSettings(found);
  };
}
