import type { Subscription } from '@aws-sdk/client-sns';
import type { TopicSubscription } from '../../model/index.ts';

/** One line of ListSubscriptions and ListSubscriptionsByTopic. */
export function listed(subscription: TopicSubscription): Subscription {
  const { arn, owner, protocol, endpoint, topicArn, expires, deleted } = subscription;
  const shown = deleted ? 'Deleted' : expires === undefined ? arn : 'PendingConfirmation';
  return { SubscriptionArn: shown, Owner: owner, Protocol: protocol, Endpoint: shownEndpoint(endpoint), TopicArn: topicArn };
}

/** A URL without the password that it may hold. */
export function shownEndpoint(endpoint: string): string {
  return endpoint.replace(/^(https?:\/\/[^/?#@:]*):[^/?#@]*@/, '$1:****@');
}
