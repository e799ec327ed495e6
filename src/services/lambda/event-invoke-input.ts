import type { PutFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda';
import { type FunctionRef, functionArn, invalidParameter, notFound, settingNotImplemented } from '../../model/index.ts';
import type { StoredAsyncSettings } from './collections.ts';

/** Where the settings of one qualifier are kept; `$LATEST` stands for none. */
export function settingsKey({ account, region, name, qualifier = '$LATEST' }: FunctionRef): [string, string, string, string] {
  return [account, region, name, qualifier];
}

/** What Put and Update say. Throws when they say nothing, or name a destination, which would not be served. */
export function readAsyncInput(input: PutFunctionEventInvokeConfigRequest): Pick<StoredAsyncSettings, 'maxRetries' | 'maxAgeMs'> {
  const { OnSuccess, OnFailure } = input.DestinationConfig ?? {};
  if (OnSuccess?.Destination || OnFailure?.Destination) throw settingNotImplemented('DestinationConfig');
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: seconds } = input;
  if (retries === undefined && seconds === undefined && input.DestinationConfig === undefined)
    throw invalidParameter('You must specify at least one of error handling or destination setting.');
  return {
    ...(retries !== undefined && { maxRetries: retries }),
    ...(seconds !== undefined && { maxAgeMs: seconds * 1000 }),
  };
}

export function noAsyncSettings(ref: FunctionRef) {
  const arn = functionArn(ref.region, ref.account, ref.name, ref.qualifier ?? '$LATEST');
  return notFound(`The function ${arn} doesn't have an EventInvokeConfig`);
}
