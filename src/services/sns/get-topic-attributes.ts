import type { GetTopicAttributesCommandInput, GetTopicAttributesCommandOutput } from '@aws-sdk/client-sns';
import type { Operation } from '../../model/index.ts';
import { topicPolicies } from './collections.ts';
import type { SnsDeps } from './deps.ts';
import { topicHere } from './found.ts';
import { describeTopic } from './topic-attributes.ts';

/** GetTopicAttributes. Throws NotFound 404. */
export function getTopicAttributes(
  deps: SnsDeps,
): Operation<GetTopicAttributesCommandInput, Pick<GetTopicAttributesCommandOutput, 'Attributes'>> {
  return async ({ TopicArn }, context) => {
    const topic = await topicHere(deps.store.read, TopicArn, context);
    const policy = topic.policed ? (await deps.store.read.get(topicPolicies, [topic.arn]))?.policy : undefined;
    return { Attributes: describeTopic(topic, policy) };
  };
}
