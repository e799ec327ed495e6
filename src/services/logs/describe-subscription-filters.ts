import type { DescribeSubscriptionFiltersRequest, DescribeSubscriptionFiltersResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed, invalid } from './found.ts';

/** DescribeSubscriptionFilters: in the order of their names; the token is the last name of the page before. */
export function describeSubscriptionFilters(
  deps: LogsDeps,
): Operation<DescribeSubscriptionFiltersRequest, DescribeSubscriptionFiltersResponse> {
  return async (input, context) => {
    const { subscriptions = [] } = await groupNamed(deps.store.read, context, input.logGroupName!);
    const prefix = input.filterNamePrefix ?? '';
    const after = input.nextToken;
    if (after !== undefined && !subscriptions.some(({ name }) => name === after)) {
      throw invalid('The specified nextToken is invalid.');
    }
    const wanted = subscriptions.filter(({ name }) => name.startsWith(prefix) && (after === undefined || name > after));
    const page = wanted.slice(0, input.limit ?? 50);
    return {
      subscriptionFilters: page.map(({ name, pattern, destination, role, distribution, created }) => ({
        filterName: name,
        logGroupName: input.logGroupName!,
        filterPattern: pattern,
        destinationArn: destination,
        ...(role === undefined ? {} : { roleArn: role }),
        distribution,
        applyOnTransformedLogs: false,
        creationTime: created,
      })),
      ...(page.length < wanted.length ? { nextToken: page.at(-1)!.name } : {}),
    };
  };
}
