import type { PutSubscriptionFilterRequest } from '@aws-sdk/client-cloudwatch-logs';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';

/** PutSubscriptionFilter is refused: it would not be enforced. */
export function putSubscriptionFilter(): Operation<PutSubscriptionFilterRequest, object> {
  return async (input) => {
    throw fail('NotImplemented', `Subscription filters (${input.filterName}) are not implemented.`, { status: 501 });
  };
}
