import type { SendMessageCommandInput, SendMessageResult } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import type { SqsDeps } from './deps.ts';
import { checkSize, type Draft, draftOf } from './draft.ts';
import { findQueue } from './find-queue.ts';
import { queueArn } from './queue.ts';
import { postingOf, type Sent, send, sequenceText } from './send.ts';

/** SendMessage: durable when it is answered; those who wait on the queue wake at once. */
export function sendMessage(deps: SqsDeps): Operation<SendMessageCommandInput, SendMessageResult> {
  return async (input, context) => {
    const queue = await findQueue(deps.store.read, input.QueueUrl, context);
    const draft = draftOf(input, queue);
    checkSize(draft.size, queue);
    const posting = postingOf(draft, queue, { context, messageId: deps.messageId });
    const [sent] = await deps.store.transact((tx) => send(tx, queue, [posting]));
    deps.metrics.sent(queue, [draft.size]);
    const arn = queueArn(queue);
    if (posting.delayMs > 0) deps.bells.ringAt(arn, posting.now + posting.delayMs);
    else deps.bells.ring(arn);
    return sentResult(draft, sent!);
  };
}

/** What SendMessage answers, and each entry of SendMessageBatch. */
export function sentResult({ letter }: Draft, sent: Sent) {
  return {
    MessageId: sent.messageId,
    MD5OfMessageBody: letter.md5,
    ...(letter.md5OfAttributes === undefined ? {} : { MD5OfMessageAttributes: letter.md5OfAttributes }),
    ...(letter.md5OfTrace === undefined ? {} : { MD5OfMessageSystemAttributes: letter.md5OfTrace }),
    ...(sent.sequence === undefined ? {} : { SequenceNumber: sequenceText(sent.sequence) }),
  };
}
