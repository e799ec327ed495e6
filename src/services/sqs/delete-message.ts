import type { DeleteMessageCommandInput } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';
import { queueArn } from './queue.ts';
import { remove } from './remove.ts';

/** DeleteMessage: what is gone already is deleted too. Throws ReceiptHandleIsInvalid; FIFO: InvalidParameterValue when its time was over. */
export function deleteMessage(deps: SqsDeps): Operation<DeleteMessageCommandInput> {
  return async (input, context) => {
    const queue = await findQueue(deps.store.read, input.QueueUrl, context);
    const handle = input.ReceiptHandle ?? '';
    await deps.store.transact((tx) => remove(tx, queue, { handle, now: context.now }));
    deps.metrics.count(queue, 'NumberOfMessagesDeleted', 1);
    if (queue.fifo) deps.bells.ring(queueArn(queue));
    return {};
  };
}
