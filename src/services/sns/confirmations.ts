import type { Transaction } from '../../kernel/index.ts';
import { snsTopic, type TopicMessage, type TopicSubscription } from '../../model/index.ts';
import type { Topic } from './collections.ts';

/** How long a subscription waits for its confirmation. */
export const PENDING_MS = 3 * 24 * 60 * 60 * 1000;

/** Hexadecimal digits of a token, as AWS's. */
export const TOKEN_BYTES = 144;

export interface Asking {
  readonly topic: Topic;
  readonly subscription: TopicSubscription;
  readonly messageId: string;
  /** Epoch ms. */
  readonly now: number;
  readonly cause?: string | undefined;
}

/** Appends the question whether somebody wants a subscription, or after an end whether they want it back, for the subscriber alone. */
export async function ask(
  tx: Transaction,
  type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation',
  asking: Asking,
): Promise<void> {
  const { topic, subscription, messageId, now, cause } = asking;
  const body: TopicMessage = {
    type,
    messageId,
    topicArn: topic.arn,
    time: now,
    message: type === 'SubscriptionConfirmation' ? welcome(topic.arn) : farewell(subscription.arn),
    attributes: {},
    signatureVersion: topic.signatureVersion ?? '1',
    ...(topic.displayName === undefined ? {} : { displayName: topic.displayName }),
    ...(topic.delivery === undefined ? {} : { delivery: topic.delivery }),
    subscription,
    token: subscription.token!,
  };
  await tx.append(snsTopic.name, 0, {
    id: messageId,
    type,
    source: 'sns',
    subject: topic.arn,
    account: topic.account,
    region: topic.region,
    time: now,
    ...(cause === undefined ? {} : { cause }),
    body,
  });
}

const welcome = (topicArn: string) =>
  `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`;

const farewell = (subscriptionArn: string) =>
  `You have chosen to deactivate subscription ${subscriptionArn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`;
