import type { DeleteTopicCommandInput } from '@aws-sdk/client-sns';
import { type Operation, topicSubscriptions } from '../../model/index.ts';
import { topicPolicies, topics } from './collections.ts';
import type { SnsDeps } from './deps.ts';
import { readArn } from './found.ts';
import { invalidParameter } from './refusals.ts';

const BATCH = 500;

/** DeleteTopic with all its subscriptions, in bounded transactions, the topic itself in the last. Content with a topic that is not there. */
export function deleteTopic(deps: SnsDeps): Operation<DeleteTopicCommandInput> {
  return async ({ TopicArn }, context) => {
    const { account, region, resource } = readArn(TopicArn, 'TopicArn');
    if (region !== context.region) throw invalidParameter('TopicArn');
    const arn = TopicArn!;
    for (let more = true; more; ) {
      more = await deps.store.transact(async (tx) => {
        const { items, next } = await tx.range(topicSubscriptions, { prefix: [arn], limit: BATCH });
        for (const { id } of items) await tx.delete(topicSubscriptions, [arn, id]);
        if (next) return true;
        await tx.delete(topicPolicies, [arn]);
        await tx.delete(topics, [account, region, resource]);
        return false;
      });
    }
    return {};
  };
}
