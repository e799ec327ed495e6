import type { DeleteRetentionPolicyRequest } from '@aws-sdk/client-cloudwatch-logs';
import { logGroups, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed } from './found.ts';

/** DeleteRetentionPolicy (spec/backends.md §9). */
export function deleteRetentionPolicy(deps: LogsDeps): Operation<DeleteRetentionPolicyRequest, object> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const { retentionDays: _, ...group } = await groupNamed(tx, context, input.logGroupName!);
      await tx.put(logGroups, group);
    });
    return {};
  };
}
