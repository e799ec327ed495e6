import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import type { Reader } from '../../kernel/index.ts';
import { defaultAsyncSettings, type FindAsyncSettings, functionArn, functionRef, parseArn } from '../../model/index.ts';
import { asyncSettings, type StoredAsyncSettings } from './collections.ts';

/** The port FindAsyncSettings: by the qualifier as invoked, `$LATEST` for none; what is not set is AWS's default. */
export function createFindAsyncSettings(from: Reader): FindAsyncSettings {
  return async (arn) => {
    const { account = '', region = '' } = parseArn(arn) ?? {};
    const ref = functionRef({ account, region }, arn);
    const found = await from.get(asyncSettings, [ref.account, ref.region, ref.name, ref.qualifier ?? '$LATEST']);
    return {
      maxRetries: found?.maxRetries ?? defaultAsyncSettings.maxRetries,
      maxAgeMs: found?.maxAgeMs ?? defaultAsyncSettings.maxAgeMs,
      ...(found?.onSuccess && { onSuccess: found.onSuccess }),
      ...(found?.onFailure && { onFailure: found.onFailure }),
    };
  };
}

/** As the API shows it: the ARN always qualified, destinations always there (spec/lambda-api.md §8). */
export function shownAsyncSettings(stored: StoredAsyncSettings): FunctionEventInvokeConfig {
  return {
    LastModified: new Date(stored.modified),
    FunctionArn: functionArn(stored.region, stored.account, stored.name, stored.qualifier),
    MaximumRetryAttempts: stored.maxRetries,
    MaximumEventAgeInSeconds: stored.maxAgeMs === undefined ? undefined : stored.maxAgeMs / 1000,
    DestinationConfig: { OnSuccess: shownDestination(stored.onSuccess), OnFailure: shownDestination(stored.onFailure) },
  };
}

function shownDestination(arn: string | undefined): { Destination?: string } {
  return arn === undefined ? {} : { Destination: arn };
}
