import type { DescribeSubscriptionFiltersRequest, DescribeSubscriptionFiltersResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed } from './found.ts';

/** DescribeSubscriptionFilters: none can be made here, so there are none; tools ask. */
export function describeSubscriptionFilters(
  deps: LogsDeps,
): Operation<DescribeSubscriptionFiltersRequest, DescribeSubscriptionFiltersResponse> {
  return async (input, context) => {
    await groupNamed(deps.store.read, context, input.logGroupName!);
    return { subscriptionFilters: [] };
  };
}
