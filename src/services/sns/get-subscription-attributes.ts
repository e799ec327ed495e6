import type { GetSubscriptionAttributesCommandInput, GetSubscriptionAttributesCommandOutput } from '@aws-sdk/client-sns';
import { effectiveSubscriptionDelivery, type Operation } from '../../model/index.ts';
import type { SnsDeps } from './deps.ts';
import { foundSubscription, foundTopic } from './found.ts';
import { describeSubscription } from './subscription-attributes.ts';

/** GetSubscriptionAttributes. Throws NotFound 404. */
export function getSubscriptionAttributes(
  deps: SnsDeps,
): Operation<GetSubscriptionAttributesCommandInput, Pick<GetSubscriptionAttributesCommandOutput, 'Attributes'>> {
  return async ({ SubscriptionArn }) => {
    const subscription = await foundSubscription(deps.store.read, SubscriptionArn);
    const attributes = describeSubscription(subscription);
    if (!subscription.protocol.startsWith('http')) return { Attributes: attributes };
    const topic = await foundTopic(deps.store.read, subscription.topicArn);
    const effective = effectiveSubscriptionDelivery(topic.delivery ?? {}, subscription.delivery ?? {});
    return { Attributes: { ...attributes, EffectiveDeliveryPolicy: JSON.stringify(effective) } };
  };
}
