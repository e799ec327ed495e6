import type { DescribeLogStreamsRequest, DescribeLogStreamsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { logStreams, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { describeStream } from './describe-rows.ts';
import { groupNamed, groupNameOf, invalid } from './found.ts';
import { listToken, readListToken } from './list-token.ts';

/** DescribeLogStreams (spec/backends.md §9). */
export function describeLogStreams(deps: LogsDeps): Operation<DescribeLogStreamsRequest, DescribeLogStreamsResponse> {
  return async (input, context) => {
    const prefix = input.logStreamNamePrefix;
    const byTime = input.orderBy === 'LastEventTime';
    if (byTime && prefix !== undefined) {
      throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
    }
    const group = await groupNamed(deps.store.read, context, groupNameOf(input));
    const after = readListToken(input.nextToken, byTime ? 2 : 1);
    const bounds = prefix === undefined ? {} : { from: [prefix], to: [`${prefix}\u{10ffff}`] };
    const page = await deps.store.read.range(logStreams, {
      ...(byTime ? { index: 'recent' } : {}),
      prefix: [group.id],
      ...bounds,
      ...(after ? { after } : {}),
      reverse: input.descending ?? false,
      limit: input.limit ?? 50,
    });
    const logStreamsFound = page.items.map((stream) => describeStream(group, stream));
    return { logStreams: logStreamsFound, ...(page.next ? { nextToken: listToken(page.next) } : {}) };
  };
}
