import type { AddPermissionCommandInput, RemovePermissionCommandInput } from '@aws-sdk/client-sns';
import type { Transaction } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { type Topic, topicPolicies, topics } from './collections.ts';
import type { SnsDeps } from './deps.ts';
import { topicHere } from './found.ts';
import { invalidParameter } from './refusals.ts';
import { checkPolicy, defaultPolicy } from './topic-attributes.ts';

const ACTIONS = [
  'GetTopicAttributes',
  'SetTopicAttributes',
  'AddPermission',
  'RemovePermission',
  'DeleteTopic',
  'Subscribe',
  'ListSubscriptionsByTopic',
  'Publish',
  'Receive',
];

/** AddPermission: a statement under a label in the topic's policy. Throws NotFound 404, InvalidParameter. */
export function addPermission(deps: SnsDeps): Operation<AddPermissionCommandInput> {
  return async ({ TopicArn, Label = '', AWSAccountId = [], ActionName = [] }, context) => {
    if (ActionName.some((action) => !ACTIONS.includes(action)))
      throw invalidParameter('Policy statement action out of service scope!');
    await deps.store.transact(async (tx) => {
      const topic = await topicHere(tx, TopicArn, context);
      const policy = await policyOf(tx, topic);
      if (policy.Statement.some(({ Sid }) => Sid === Label)) throw invalidParameter('Statement already exists');
      const statement = {
        Sid: Label,
        Effect: 'Allow',
        Principal: { AWS: alone(AWSAccountId.map((account) => `arn:aws:iam::${account}:root`)) },
        Action: alone(ActionName.map((action) => `SNS:${action}`)),
        Resource: topic.arn,
      };
      await setPolicy(tx, topic, { ...policy, Statement: [...policy.Statement, statement] });
    });
    return {};
  };
}

/** RemovePermission; content with a label that is not there. Throws NotFound 404. */
export function removePermission(deps: SnsDeps): Operation<RemovePermissionCommandInput> {
  return async ({ TopicArn, Label }, context) => {
    await deps.store.transact(async (tx) => {
      const topic = await topicHere(tx, TopicArn, context);
      const policy = await policyOf(tx, topic);
      const left = policy.Statement.filter(({ Sid }) => Sid !== Label);
      if (left.length < policy.Statement.length) await setPolicy(tx, topic, { ...policy, Statement: left });
    });
    return {};
  };
}

interface Document {
  readonly Statement: readonly { readonly Sid?: string }[];
}

async function policyOf(tx: Transaction, topic: Topic): Promise<Document> {
  const stored = topic.policed ? await tx.get(topicPolicies, [topic.arn]) : undefined;
  const document = JSON.parse(stored?.policy ?? defaultPolicy(topic)) as { Statement: Document['Statement'][number] };
  return { ...document, Statement: [document.Statement].flat() };
}

async function setPolicy(tx: Transaction, topic: Topic, document: Document): Promise<void> {
  const policy = JSON.stringify(document);
  checkPolicy(policy);
  await tx.put(topicPolicies, { topicArn: topic.arn, policy });
  await tx.put(topics, { ...topic, policed: true });
}

function alone(texts: readonly string[]): string | readonly string[] {
  return texts.length === 1 ? texts[0]! : texts;
}
