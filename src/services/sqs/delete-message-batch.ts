import type { DeleteMessageBatchCommandInput, DeleteMessageBatchResult } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { checkEntries, eachEntry, type Failed } from './batches.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';
import { queueArn } from './queue.ts';
import { remove } from './remove.ts';

/** DeleteMessageBatch: up to ten, in one transaction; entries that are refused are told apart. */
export function deleteMessageBatch(deps: SqsDeps): Operation<DeleteMessageBatchCommandInput, DeleteMessageBatchResult> {
  return async (input, context) => {
    const queue = await findQueue(deps.store.read, input.QueueUrl, context);
    const entries = checkEntries(input.Entries, 'DeleteMessageBatch');
    const { done, failed } = await deps.store.transact(async (tx) => {
      const failed: Failed[] = [];
      const done = await eachEntry(entries, failed, ({ ReceiptHandle = '' }) =>
        remove(tx, queue, { handle: ReceiptHandle, now: context.now }),
      );
      return { done, failed };
    });
    if (queue.fifo) deps.bells.ring(queueArn(queue), done.length);
    return {
      Successful: done.map(({ entry }) => ({ Id: entry.Id })),
      ...(failed.length > 0 ? { Failed: failed } : {}),
    } as DeleteMessageBatchResult;
  };
}
