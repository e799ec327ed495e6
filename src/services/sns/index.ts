import type { Service } from '../../kernel/index.ts';
import {
  type NotificationFacts,
  type Operation,
  type PutInto,
  type RawRoute,
  type ServiceTable,
  topicMetrics,
  uncounted,
} from '../../model/index.ts';
import { accessOf } from './access.ts';
import { confirmSubscription } from './confirm-subscription.ts';
import { createTopic } from './create-topic.ts';
import { deleteTopic } from './delete-topic.ts';
import type { SnsDeps } from './deps.ts';
import { topicExists } from './found.ts';
import { getDataProtectionPolicy } from './get-data-protection-policy.ts';
import { getSubscriptionAttributes } from './get-subscription-attributes.ts';
import { getTopicAttributes } from './get-topic-attributes.ts';
import { listSubscriptions } from './list-subscriptions.ts';
import { listSubscriptionsByTopic } from './list-subscriptions-by-topic.ts';
import { listTopics } from './list-topics.ts';
import { publish } from './publish.ts';
import { publishBatch } from './publish-batch.ts';
import { putInto } from './put-into.ts';
import { listTagsForResource, tagResource, untagResource } from './resource-tags.ts';
import { setSubscriptionAttributes } from './set-subscription-attributes.ts';
import { setTopicAttributes } from './set-topic-attributes.ts';
import { createSigner } from './signer.ts';
import { subscribe } from './subscribe.ts';
import { createSweep } from './sweep.ts';
import { addPermission, removePermission } from './topic-permissions.ts';
import { unsubscribe } from './unsubscribe.ts';

export { schema } from './collections.ts';
export type { SnsDeps } from './deps.ts';
export { topicPolicy } from './found.ts';

/** SNS (spec/backends.md §7): its operations, and what dispatch needs of it. */
export interface SnsService extends ServiceTable {
  readonly putInto: PutInto;
  readonly exists: (topicArn: string) => Promise<boolean>;
  /** With the platform's address, what notificationFor needs. Only once background has started. */
  readonly signing: () => Pick<NotificationFacts, 'sign' | 'certificatePath'>;
  /** The certificate that verifies signatures. */
  readonly route: RawRoute;
  readonly background: readonly Service[];
}

export function snsService(ports: SnsDeps): SnsService {
  const deps = { ...ports, countTopic: topicMetrics(ports.openMetrics ?? uncounted) };
  const signer = createSigner(deps);
  const operations = {
    AddPermission: addPermission(deps),
    ConfirmSubscription: confirmSubscription(deps),
    CreateTopic: createTopic(deps),
    DeleteTopic: deleteTopic(deps),
    GetDataProtectionPolicy: getDataProtectionPolicy(deps),
    GetSubscriptionAttributes: getSubscriptionAttributes(deps),
    GetTopicAttributes: getTopicAttributes(deps),
    ListSubscriptions: listSubscriptions(deps),
    ListSubscriptionsByTopic: listSubscriptionsByTopic(deps),
    ListTagsForResource: listTagsForResource(deps),
    ListTopics: listTopics(deps),
    Publish: publish(deps),
    PublishBatch: publishBatch(deps),
    RemovePermission: removePermission(deps),
    SetSubscriptionAttributes: setSubscriptionAttributes(deps),
    SetTopicAttributes: setTopicAttributes(deps),
    Subscribe: subscribe(deps),
    TagResource: tagResource(deps),
    Unsubscribe: unsubscribe(deps),
    UntagResource: untagResource(deps),
  };
  return {
    operations: operations as Readonly<Record<string, Operation>>,
    access: accessOf(deps.store.read),
    putInto: putInto(deps),
    exists: topicExists(deps.store.read),
    signing: signer.facts,
    route: signer.route,
    background: [signer, createSweep(deps)],
  };
}
