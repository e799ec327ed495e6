import type { FunctionEventInvokeConfig, PutFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda';
import { isFailure, type Reader } from '../../kernel/index.ts';
import { type FunctionRef, notFound, type Operation } from '../../model/index.ts';
import { shownAsyncSettings } from './async-settings.ts';
import { asyncSettings, type StoredAsyncSettings } from './collections.ts';
import type { Lambda } from './deps.ts';
import { checkDestinations, readAsyncInput, settingsKey } from './event-invoke-input.ts';
import { checkQualified, findFunction, ownRef } from './lookup.ts';

/** PutFunctionEventInvokeConfig: replaces all; dispatch asks with each attempt (spec/lambda-api.md §8). */
export function putFunctionEventInvokeConfig(
  lambda: Lambda,
): Operation<PutFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async (input, context) => {
    const ref = ownRef(context, 'PutFunctionEventInvokeConfig', input.FunctionName, input.Qualifier);
    const given = readAsyncInput(ref, input);
    const [account, region, name, qualifier] = settingsKey(ref);
    const stored: StoredAsyncSettings = { account, region, name, qualifier, ...given, modified: context.now };
    await existing(lambda.store.read, ref);
    const { latest } = await findFunction(lambda.store.read, { ...ref, qualifier: undefined });
    await checkDestinations(lambda, latest.settings.role, given);
    await lambda.store.transact(async (tx) => {
      await existing(tx, ref);
      await tx.put(asyncSettings, stored);
    });
    return shownAsyncSettings(stored);
  };
}

async function existing(from: Reader, ref: FunctionRef): Promise<void> {
  try {
    await checkQualified(from, ref);
  } catch (error) {
    throw isFailure(error, 'ResourceNotFoundException') ? notFound("The function doesn't exist.") : error;
  }
}
