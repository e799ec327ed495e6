import type { SetTopicAttributesCommandInput } from '@aws-sdk/client-sns';
import type { Operation } from '../../model/index.ts';
import { topicPolicies, topics } from './collections.ts';
import type { SnsDeps } from './deps.ts';
import { topicHere } from './found.ts';
import { readTopicAttribute } from './topic-attributes.ts';

/** SetTopicAttributes; FifoTopic cannot be changed. Throws NotFound 404, InvalidParameter, NotImplemented 501. */
export function setTopicAttributes(deps: SnsDeps): Operation<SetTopicAttributesCommandInput> {
  return async ({ TopicArn, AttributeName = '', AttributeValue = '' }, context) => {
    await deps.store.transact(async (tx) => {
      const topic = await topicHere(tx, TopicArn, context);
      const change = readTopicAttribute(AttributeName, AttributeValue, { fifo: topic.fifo ?? false, prefix: '' });
      if (typeof change.policy === 'string') {
        await tx.put(topicPolicies, { topicArn: topic.arn, policy: change.policy });
        await tx.put(topics, { ...topic, policed: true });
      } else if (change.topic) await tx.put(topics, { ...topic, ...change.topic });
    });
    return {};
  };
}
