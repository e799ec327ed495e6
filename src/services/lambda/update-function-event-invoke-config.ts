import type { FunctionEventInvokeConfig, UpdateFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { shownAsyncSettings } from './async-settings.ts';
import { asyncSettings, type StoredAsyncSettings } from './collections.ts';
import type { Lambda } from './deps.ts';
import { checkDestinations, noAsyncSettings, readAsyncInput, settingsKey } from './event-invoke-input.ts';
import { findFunction, ownRef } from './lookup.ts';

/** UpdateFunctionEventInvokeConfig: merges (spec/lambda-api.md §8). */
export function updateFunctionEventInvokeConfig(
  lambda: Lambda,
): Operation<UpdateFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async (input, context) => {
    const ref = ownRef(context, 'UpdateFunctionEventInvokeConfig', input.FunctionName, input.Qualifier);
    const given = readAsyncInput(ref, input);
    if (!(await lambda.store.read.get(asyncSettings, settingsKey(ref)))) throw noAsyncSettings(ref);
    const { latest } = await findFunction(lambda.store.read, { ...ref, qualifier: undefined });
    await checkDestinations(lambda, latest.settings.role, given);
    const stored = await lambda.store.transact(async (tx): Promise<StoredAsyncSettings> => {
      const found = await tx.get(asyncSettings, settingsKey(ref));
      if (!found) throw noAsyncSettings(ref);
      const after = { ...found, ...given, modified: context.now };
      await tx.put(asyncSettings, after);
      return after;
    });
    return shownAsyncSettings(stored);
  };
}
