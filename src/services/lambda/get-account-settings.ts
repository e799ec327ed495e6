import type { GetAccountSettingsRequest, GetAccountSettingsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { usages } from './collections.ts';
import type { Lambda } from './deps.ts';
import { eachReserved } from './reserved.ts';

/** GetAccountSettings: the limits that hold here, and what is used of them (spec/lambda-api.md §13). */
export function getAccountSettings(lambda: Lambda): Operation<GetAccountSettingsRequest, GetAccountSettingsResponse> {
  return async (_input, { account, region }) => {
    const usage = await lambda.store.read.get(usages, [account, region]);
    let reserved = 0;
    await eachReserved(lambda.store.read, [`${account}/${region}`], (_, by) => {
      reserved += by;
    });
    return {
      AccountLimit: {
        TotalCodeSize: lambda.settings.codeStorageBytes,
        CodeSizeUnzipped: 262_144_000,
        CodeSizeZipped: 52_428_800,
        ConcurrentExecutions: lambda.settings.concurrency,
        UnreservedConcurrentExecutions: lambda.settings.concurrency - reserved,
      },
      AccountUsage: { TotalCodeSize: usage?.codeBytes ?? 0, FunctionCount: usage?.functions ?? 0 },
    };
  };
}
