import type { SetSubscriptionAttributesCommandInput } from '@aws-sdk/client-sns';
import type { Operation } from '../../model/index.ts';
import type { SnsDeps } from './deps.ts';
import { foundSubscription, foundTopic } from './found.ts';
import { readSettings } from './subscription-attributes.ts';
import { writeSubscription } from './subscription-counts.ts';

/** SetSubscriptionAttributes; an empty value takes a policy away. Throws NotFound 404, InvalidParameter, FilterPolicyLimitExceeded 403. */
export function setSubscriptionAttributes(deps: SnsDeps): Operation<SetSubscriptionAttributesCommandInput> {
  return async ({ SubscriptionArn, AttributeName = '', AttributeValue = '' }) => {
    await deps.store.transact(async (tx) => {
      const before = await foundSubscription(tx, SubscriptionArn);
      const topic = await foundTopic(tx, before.topicArn);
      const settings = readSettings({ [AttributeName]: AttributeValue }, { ...before, prefix: '' }, before);
      await writeSubscription(tx, topic, { before, after: { ...before, ...settings } });
    });
    return {};
  };
}
