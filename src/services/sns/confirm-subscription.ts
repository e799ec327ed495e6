import type { ConfirmSubscriptionCommandInput, ConfirmSubscriptionCommandOutput } from '@aws-sdk/client-sns';
import { type Operation, type TopicSubscription, topicSubscriptions } from '../../model/index.ts';
import type { SnsDeps } from './deps.ts';
import { foundTopic } from './found.ts';
import { invalidParameter, topicNotFound } from './refusals.ts';
import { writeSubscription } from './subscription-counts.ts';

/**
 * ConfirmSubscription: whoever has the token may, signed or not; doing it again does nothing. Throws InvalidParameter `Token` when it is
 * none, or its three days are over.
 */
export function confirmSubscription(
  deps: SnsDeps,
): Operation<ConfirmSubscriptionCommandInput, Pick<ConfirmSubscriptionCommandOutput, 'SubscriptionArn'>> {
  return async ({ TopicArn, Token = '', AuthenticateOnUnsubscribe }, { principal, now }) => {
    const signed = principal.kind !== 'anonymous';
    return deps.store.transact(async (tx) => {
      const topic = await foundTopic(tx, TopicArn);
      const { items } = await tx.range(topicSubscriptions, { index: 'by-token', prefix: [Token], limit: 1 });
      const [before] = items;
      if (!before || (before.expires !== undefined && before.expires <= now)) throw invalidParameter('Token');
      if (before.topicArn !== topic.arn) throw topicNotFound();
      if (before.expires !== undefined) {
        const { expires: _, deleted: __, ...kept } = before;
        const guarded = signed && AuthenticateOnUnsubscribe?.toLowerCase() === 'true';
        const after: TopicSubscription = { ...kept, authenticated: signed, guarded };
        await writeSubscription(tx, topic, { before, after });
      }
      return { SubscriptionArn: before.arn };
    });
  };
}
