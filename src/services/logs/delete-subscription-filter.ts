import type { DeleteSubscriptionFilterRequest } from '@aws-sdk/client-cloudwatch-logs';
import { fail } from '../../kernel/index.ts';
import { logGroups, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed } from './found.ts';

/** DeleteSubscriptionFilter: what it selected already is still delivered. */
export function deleteSubscriptionFilter(deps: LogsDeps): Operation<DeleteSubscriptionFilterRequest, object> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const { subscriptions = [], ...group } = await groupNamed(tx, context, input.logGroupName!);
      const left = subscriptions.filter(({ name }) => name !== input.filterName);
      if (left.length === subscriptions.length) {
        throw fail('ResourceNotFoundException', 'The specified subscription filter does not exist.');
      }
      await tx.put(logGroups, left.length > 0 ? { ...group, subscriptions: left } : group);
    });
    return {};
  };
}
