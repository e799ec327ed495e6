import type { ListSubscriptionsByTopicCommandInput, ListSubscriptionsByTopicCommandOutput } from '@aws-sdk/client-sns';
import { type Operation, topicSubscriptions } from '../../model/index.ts';
import type { SnsDeps } from './deps.ts';
import { topicHere } from './found.ts';
import { PAGE, placeOf, tokenOf } from './page-tokens.ts';
import { listed } from './subscription-list.ts';

/** ListSubscriptionsByTopic, 100 a page. Throws NotFound 404. */
export function listSubscriptionsByTopic(
  deps: SnsDeps,
): Operation<ListSubscriptionsByTopicCommandInput, Pick<ListSubscriptionsByTopicCommandOutput, 'Subscriptions' | 'NextToken'>> {
  return async ({ TopicArn, NextToken }, context) => {
    const { arn } = await topicHere(deps.store.read, TopicArn, context);
    const page = await deps.store.read.range(topicSubscriptions, { prefix: [arn], limit: PAGE, ...placeOf(NextToken, 1) });
    return { Subscriptions: page.items.map(listed), ...tokenOf(page.next) };
  };
}
