import type { DeleteMessageBatchCommandInput, DeleteMessageBatchResult } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { checkEntries, eachEntry, type Failed } from './batches.ts';
import { addToCount } from './counts.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';
import { boxOf, queueArn } from './queue.ts';
import { removeUncounted } from './remove.ts';

/** DeleteMessageBatch: up to ten, in one transaction; entries that are refused are told apart. */
export function deleteMessageBatch(deps: SqsDeps): Operation<DeleteMessageBatchCommandInput, DeleteMessageBatchResult> {
  return async (input, context) => {
    const queue = await findQueue(deps.store.read, input.QueueUrl, context);
    const entries = checkEntries(input.Entries, 'DeleteMessageBatch');
    const { done, failed } = await deps.store.transact(async (tx) => {
      const failed: Failed[] = [];
      const done = await eachEntry(entries, failed, ({ ReceiptHandle = '' }) =>
        removeUncounted(tx, queue, { handle: ReceiptHandle, now: context.now }),
      );
      const gone = done.filter(({ result }) => result).length;
      await addToCount(tx, boxOf(queue), { now: context.now, by: -gone });
      return { done, failed };
    });
    if (done.length > 0) deps.metrics.count(queue, 'NumberOfMessagesDeleted', done.length);
    if (queue.fifo) deps.bells.ring(queueArn(queue), done.length);
    return {
      Successful: done.map(({ entry }) => ({ Id: entry.Id })),
      ...(failed.length > 0 ? { Failed: failed } : {}),
    } as DeleteMessageBatchResult;
  };
}
