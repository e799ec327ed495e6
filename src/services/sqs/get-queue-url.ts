import type { GetQueueUrlCommandInput, GetQueueUrlResult } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { queues } from './collections.ts';
import type { SqsDeps } from './deps.ts';
import { queueUrl } from './queue.ts';
import { queueDoesNotExist } from './refusals.ts';

/** GetQueueUrl of the caller's account or another. Throws QueueDoesNotExist. */
export function getQueueUrl(deps: SqsDeps): Operation<GetQueueUrlCommandInput, GetQueueUrlResult> {
  return async (input, context) => {
    const account = input.QueueOwnerAWSAccountId ?? context.account;
    const queue = await deps.store.read.get(queues, [account, context.region, input.QueueName ?? '']);
    if (!queue) throw queueDoesNotExist();
    return { QueueUrl: queueUrl(context, queue) };
  };
}
