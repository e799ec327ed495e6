import type { PutRetentionPolicyRequest } from '@aws-sdk/client-cloudwatch-logs';
import { logGroups, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed, invalid } from './found.ts';

const DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/** PutRetentionPolicy: older events are swept by observe (spec/backends.md §9). */
export function putRetentionPolicy(deps: LogsDeps): Operation<PutRetentionPolicyRequest, object> {
  return async (input, context) => {
    const days = input.retentionInDays!;
    if (!DAYS.includes(days)) throw invalid(`Invalid retentionInDays value ${days}. Must be one of ${DAYS.join(', ')}.`);
    await deps.store.transact(async (tx) => {
      const group = await groupNamed(tx, context, input.logGroupName!);
      await tx.put(logGroups, { ...group, retentionDays: days });
    });
    return {};
  };
}
