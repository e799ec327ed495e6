import type { Transaction } from '../../kernel/index.ts';
import { snsTopic, type TopicMessage } from '../../model/index.ts';
import { deduplications, type Topic } from './collections.ts';

/** How long messages with the same deduplication id are one. */
export const DEDUPLICATION_MS = 5 * 60 * 1000;
const FIRST_SEQUENCE = 10n ** 19n;

/** What a publisher is told. */
export interface Published {
  readonly MessageId: string;
  /** FIFO topics. */
  readonly SequenceNumber?: string;
}

/** Appends a message, in the order of its topic; a FIFO topic's duplicate is answered like the first and not appended. */
export async function appendMessage(tx: Transaction, topic: Topic, message: TopicMessage, cause?: string): Promise<Published> {
  if (!topic.fifo) {
    await append(tx, topic, message, cause);
    return { MessageId: message.messageId };
  }
  const scope = topic.throughputScope === 'MessageGroup' ? message.groupId! : '';
  const key = [topic.arn, scope, message.deduplicationId!] as const;
  const first = await tx.get(deduplications, key);
  if (first && first.expires > message.time) return { MessageId: first.messageId, SequenceNumber: first.sequenceNumber };
  // Positions are given in the transaction, one after another, so that the next one is this message's.
  const { next } = await tx.bounds(snsTopic.name, 0);
  const sequenceNumber = String(FIRST_SEQUENCE + BigInt(next));
  await tx.put(deduplications, {
    topicArn: topic.arn,
    scope,
    deduplicationId: message.deduplicationId!,
    expires: message.time + DEDUPLICATION_MS,
    messageId: message.messageId,
    sequenceNumber,
  });
  await append(tx, topic, { ...message, sequenceNumber }, cause);
  return { MessageId: message.messageId, SequenceNumber: sequenceNumber };
}

async function append(tx: Transaction, topic: Topic, message: TopicMessage, cause: string | undefined): Promise<void> {
  await tx.append(snsTopic.name, 0, {
    id: message.messageId,
    type: message.type,
    source: 'sns',
    subject: topic.arn,
    account: topic.account,
    region: topic.region,
    time: message.time,
    ...(cause === undefined ? {} : { cause }),
    body: message,
  });
}
