import type { ListDeadLetterSourceQueuesCommandInput, ListDeadLetterSourceQueuesResult } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { queues } from './collections.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';
import { listToken, readLimit, readListToken } from './list-tokens.ts';
import { queueArn, queueUrl } from './queue.ts';

type Input = ListDeadLetterSourceQueuesCommandInput;

/** ListDeadLetterSourceQueues: the queues whose redrive policy names this one. */
export function listDeadLetterSourceQueues(deps: SqsDeps): Operation<Input, ListDeadLetterSourceQueuesResult> {
  return async (input, context) => {
    const queue = await findQueue(deps.store.read, input.QueueUrl, context);
    const limit = readLimit(input.MaxResults);
    const after = input.NextToken === undefined ? {} : { after: [queue.account, queue.region, readListToken(input.NextToken)] };
    const page = await deps.store.read.range(queues, { index: 'by-dead-letter', prefix: [queueArn(queue)], ...after, limit });
    return {
      queueUrls: page.items.map((source) => queueUrl(context, source)),
      ...(page.next && input.MaxResults !== undefined ? { NextToken: listToken(page.items.at(-1)!.name) } : {}),
    };
  };
}
