import type { SendMessageBatchCommandInput, SendMessageBatchResult } from '@aws-sdk/client-sqs';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { checkEntries, eachEntry, type Failed } from './batches.ts';
import type { SqsDeps } from './deps.ts';
import { checkSize, draftOf } from './draft.ts';
import { findQueue } from './find-queue.ts';
import { queueArn } from './queue.ts';
import { postingOf, send } from './send.ts';
import { sentResult } from './send-message.ts';

const MOST_BYTES = 1_048_576;

/** SendMessageBatch: up to ten messages in one transaction, in order; entries that are refused are told apart. */
export function sendMessageBatch(deps: SqsDeps): Operation<SendMessageBatchCommandInput, SendMessageBatchResult> {
  return async (input, context) => {
    const queue = await findQueue(deps.store.read, input.QueueUrl, context);
    const entries = checkEntries(input.Entries, 'SendMessageBatch');
    const failed: Failed[] = [];
    const drafts = await eachEntry(entries, failed, (entry) => draftOf(entry, queue));
    checkTotal(drafts.reduce((sum, { result }) => sum + result.size, 0));
    const fitting = await eachEntry(
      drafts.map(({ entry, result }) => ({ Id: entry.Id, draft: result })),
      failed,
      ({ draft }) => checkSize(draft.size, queue),
    );
    const good = fitting.map(({ entry }) => entry);
    const postings = good.map(({ draft }) => postingOf(draft, queue, { context, messageId: deps.messageId }));
    const sent = postings.length === 0 ? [] : await deps.store.transact((tx) => send(tx, queue, postings));
    deps.metrics.sent(
      queue,
      good.map(({ draft }) => draft.size),
    );
    const arn = queueArn(queue);
    for (const { delayMs, now } of postings) if (delayMs > 0) deps.bells.ringAt(arn, now + delayMs);
    const ready = postings.filter(({ delayMs }) => delayMs === 0).length;
    if (ready > 0) deps.bells.ring(arn, ready);
    return {
      Successful: good.map(({ Id, draft }, i) => ({ Id, ...sentResult(draft, sent[i]!) })),
      ...(failed.length > 0 ? { Failed: failed } : {}),
    } as SendMessageBatchResult;
  };
}

function checkTotal(bytes: number): void {
  if (bytes > MOST_BYTES)
    throw fail('BatchRequestTooLong', `Batch requests cannot be longer than ${MOST_BYTES} bytes. You have sent ${bytes} bytes.`);
}
