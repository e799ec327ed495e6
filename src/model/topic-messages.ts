import type { HttpDelivery } from './delivery-policy.ts';
import type { TopicSubscription } from './subscriptions.ts';
import type { PutAttribute } from './targets.ts';

/**
 * Body of an event in the topic `sns.messages`: the facts of one message, from which every notification is made. The event's type is the
 * same as here, its subject the topic's ARN, its id the MessageId.
 */
export interface TopicMessage {
  readonly type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly messageId: string;
  readonly topicArn: string;
  /** Epoch ms of acceptance. */
  readonly time: number;
  readonly subject?: string;
  readonly message: string;
  /** MessageStructure json: what subscribers of a protocol get instead of message. */
  readonly byProtocol?: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, PutAttribute>>;
  readonly groupId?: string;
  /** FIFO topics: as given, or the SHA-256 of the message. */
  readonly deduplicationId?: string;
  /** FIFO topics: 20 digits, rising. */
  readonly sequenceNumber?: string;
  /** The topic's settings that decide what subscribers get. */
  readonly signatureVersion: '1' | '2';
  readonly displayName?: string;
  readonly delivery?: HttpDelivery;
  readonly traceId?: string;
  /** Confirmations: the one subscription that gets it, as it was then, and what confirms it. */
  readonly subscription?: TopicSubscription;
  readonly token?: string;
}

/** What subscribers of a protocol get as the message. */
export function messageFor({ message, byProtocol }: TopicMessage, protocol: string): string {
  return byProtocol && Object.hasOwn(byProtocol, protocol) ? byProtocol[protocol]! : message;
}
