import type { ListQueuesCommandInput, ListQueuesResult } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { queues } from './collections.ts';
import type { SqsDeps } from './deps.ts';
import { listToken, readLimit, readListToken } from './list-tokens.ts';
import { queueUrl } from './queue.ts';

/** ListQueues by name; pages when MaxResults is given, else at most 1,000. No QueueUrls when there are none. */
export function listQueues(deps: SqsDeps): Operation<ListQueuesCommandInput, ListQueuesResult> {
  return async (input, context) => {
    const limit = readLimit(input.MaxResults);
    const prefix = input.QueueNamePrefix ?? '';
    const page = await deps.store.read.range(queues, {
      prefix: [context.account, context.region],
      ...(input.NextToken === undefined ? { from: [prefix] } : { after: [readListToken(input.NextToken)] }),
      to: [`${prefix}\u{10ffff}`],
      limit,
    });
    if (page.items.length === 0) return {};
    return {
      QueueUrls: page.items.map((queue) => queueUrl(context, queue)),
      ...(page.next && input.MaxResults !== undefined ? { NextToken: listToken(page.items.at(-1)!.name) } : {}),
    };
  };
}
