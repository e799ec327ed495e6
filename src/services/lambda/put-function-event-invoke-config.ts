import type { FunctionEventInvokeConfig, PutFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda';
import { isFailure } from '../../kernel/index.ts';
import { notFound, type Operation } from '../../model/index.ts';
import { shownAsyncSettings } from './async-settings.ts';
import { asyncSettings, type StoredAsyncSettings } from './collections.ts';
import type { Lambda } from './deps.ts';
import { readAsyncInput, settingsKey } from './event-invoke-input.ts';
import { checkQualified, ownRef } from './lookup.ts';

/** PutFunctionEventInvokeConfig: replaces all; dispatch asks with each attempt (spec/lambda-api.md §8). */
export function putFunctionEventInvokeConfig(
  lambda: Lambda,
): Operation<PutFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async (input, context) => {
    const ref = ownRef(context, 'PutFunctionEventInvokeConfig', input.FunctionName, input.Qualifier);
    const given = readAsyncInput(input);
    const [account, region, name, qualifier] = settingsKey(ref);
    const stored: StoredAsyncSettings = { account, region, name, qualifier, ...given, modified: context.now };
    await lambda.store.transact(async (tx) => {
      await checkQualified(tx, ref).catch((error) => {
        throw isFailure(error, 'ResourceNotFoundException') ? notFound("The function doesn't exist.") : error;
      });
      await tx.put(asyncSettings, stored);
    });
    return shownAsyncSettings(stored);
  };
}
