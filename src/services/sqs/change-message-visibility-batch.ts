import type { ChangeMessageVisibilityBatchCommandInput, ChangeMessageVisibilityBatchResult } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { checkEntries, eachEntry, type Failed } from './batches.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';
import { queueArn } from './queue.ts';
import { hide } from './remove.ts';
import { readVisibility } from './visibility.ts';

type Input = ChangeMessageVisibilityBatchCommandInput;

/** ChangeMessageVisibilityBatch: up to ten, in one transaction; entries that are refused are told apart. */
export function changeMessageVisibilityBatch(deps: SqsDeps): Operation<Input, ChangeMessageVisibilityBatchResult> {
  return async (input, context) => {
    const queue = await findQueue(deps.store.read, input.QueueUrl, context);
    const { now } = context;
    const entries = checkEntries(input.Entries, 'ChangeMessageVisibilityBatch');
    const { done, failed } = await deps.store.transact(async (tx) => {
      const failed: Failed[] = [];
      const done = await eachEntry(entries, failed, async ({ ReceiptHandle = '', VisibilityTimeout = 0 }) => {
        const until = now + readVisibility(VisibilityTimeout);
        await hide(tx, { queue, handle: ReceiptHandle, until, now });
        return until;
      });
      return { done, failed };
    });
    for (const { result } of done) deps.bells.ringAt(queueArn(queue), result);
    return {
      Successful: done.map(({ entry }) => ({ Id: entry.Id })),
      ...(failed.length > 0 ? { Failed: failed } : {}),
    } as ChangeMessageVisibilityBatchResult;
  };
}
