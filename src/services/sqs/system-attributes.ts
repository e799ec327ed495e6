import type { Taken } from './message.ts';
import { sequenceText } from './send.ts';

/** All system attributes of a received message, as texts (spec/backends.md §6.3). */
export function systemAttributes(message: Taken): Readonly<Record<string, string>> {
  const { group, deduplicationId, trace, deadLetterSource, sequence } = message;
  return {
    SenderId: message.sender,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstAt),
    ...(sequence === undefined ? {} : { SequenceNumber: sequenceText(sequence) }),
    ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
    ...(group === undefined ? {} : { MessageGroupId: group }),
    ...(trace === undefined ? {} : { AWSTraceHeader: trace }),
    ...(deadLetterSource === undefined ? {} : { DeadLetterQueueSourceArn: deadLetterSource }),
  };
}
