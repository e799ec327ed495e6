import { isFailure } from '../../kernel/index.ts';
import { effectiveTopicDelivery, parsePolicy, parseTopicDelivery } from '../../model/index.ts';
import type { Topic } from './collections.ts';
import { invalidParameter, notImplemented } from './refusals.ts';

export const DEFAULT_MESSAGE_BYTES = 262_144;
const MOST_MESSAGE_BYTES = 1_048_576;
const MOST_POLICY_BYTES = 30_720;

/** What an attribute's text changes in a topic; policy is kept beside it. */
export interface AttributeChange {
  readonly topic?: Partial<Topic>;
  /** null: the default again. */
  readonly policy?: string | null;
}

type Read = (text: string, prefix: string) => AttributeChange;

/** The settable attributes (spec/backends.md §7). What nothing here acts on is refused by name unless it is the default. */
const SETTABLE: Readonly<Record<string, Read>> = {
  DisplayName: (text) => {
    if (text.length > 100) throw invalidParameter('DisplayName Reason: must be at most 100 characters');
    return { topic: { displayName: text === '' ? undefined : text } as Partial<Topic> };
  },
  Policy: (text) => {
    checkPolicy(text);
    return { policy: text };
  },
  DeliveryPolicy: (text, prefix) =>
    text === ''
      ? { topic: { deliveryPolicy: undefined, delivery: undefined } as Partial<Topic> }
      : { topic: { deliveryPolicy: text, delivery: parseTopicDelivery(text, prefix) } },
  SignatureVersion: (text) => {
    if (text !== '1' && text !== '2') throw invalidParameter('SignatureVersion');
    return { topic: { signatureVersion: text } };
  },
  TracingConfig: (text) => {
    if (text === 'Active') throw notImplemented('TracingConfig Active');
    if (text !== 'PassThrough') throw invalidParameter('TracingConfig');
    return { topic: { tracing: text } };
  },
  ContentBasedDeduplication: (text) => ({ topic: { contentBased: readFlag(text, 'ContentBasedDeduplication') } }),
  FifoThroughputScope: (text) => {
    if (text !== 'Topic' && text !== 'MessageGroup') throw invalidParameter('FifoThroughputScope');
    return { topic: { throughputScope: text } };
  },
  MaximumMessageSize: (text) => {
    const bytes = Number(text);
    if (!/^\d{1,7}$/.test(text) || bytes < 1024 || bytes > MOST_MESSAGE_BYTES) throw invalidParameter('MaximumMessageSize');
    return { topic: { maximumMessageSize: bytes } };
  },
  KmsMasterKeyId: onlyEmpty('KmsMasterKeyId'),
  ArchivePolicy: onlyEmpty('ArchivePolicy'),
};

const FIFO_ONLY = ['ContentBasedDeduplication', 'FifoThroughputScope'];
const FEEDBACK =
  /^(HTTP|Lambda|SQS|Firehose|Application)(SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn)$/;

/** Reads one attribute of CreateTopic or SetTopicAttributes. Throws InvalidParameter, NotImplemented 501. */
export function readTopicAttribute(
  name: string,
  text: string,
  { fifo, prefix }: { fifo: boolean; prefix: string },
): AttributeChange {
  if (FEEDBACK.test(name)) return onlyEmpty(name)(text, prefix);
  const read = Object.hasOwn(SETTABLE, name) ? SETTABLE[name] : undefined;
  if (!read || (FIFO_ONLY.includes(name) && !fifo))
    throw invalidParameter(prefix === '' ? 'AttributeName' : `${prefix}Unknown attribute ${name}`);
  return read(text, prefix === '' ? 'Invalid parameter: ' : `Invalid parameter: ${prefix}`);
}

/** Nothing, and a rate of none, are what is enforced anyway; Terraform writes them. */
function onlyEmpty(name: string): Read {
  return (text) => {
    if (!['', '{}', ...(name.endsWith('SampleRate') ? ['0'] : [])].includes(text)) throw notImplemented(name);
    return {};
  };
}

export function readFlag(text: string, name: string): boolean {
  if (!/^(true|false)$/i.test(text)) throw invalidParameter(name);
  return text.toLowerCase() === 'true';
}

/** Throws InvalidParameter when a text is no policy of a topic. */
export function checkPolicy(text: string): void {
  if (Buffer.byteLength(text) > MOST_POLICY_BYTES) throw invalidParameter('Policy Error: the policy is too long');
  try {
    parsePolicy(text === '' ? 'null' : text, 'resource');
  } catch (error) {
    if (isFailure(error)) throw invalidParameter(`Policy Error: ${error.message}`);
    throw error;
  }
  const statements = [(JSON.parse(text) as { Statement: unknown }).Statement].flat() as Record<string, unknown>[];
  const actions = statements.flatMap(({ Action, NotAction }) => [Action ?? NotAction].flat()) as string[];
  if (actions.some((action) => action !== '*' && !/^sns:/i.test(action)))
    throw invalidParameter('Policy statement action out of service scope!');
}

/** What GetTopicAttributes answers. */
export function describeTopic(topic: Topic, policy: string | undefined): Record<string, string> {
  const fifo = {
    FifoTopic: 'true',
    ContentBasedDeduplication: String(topic.contentBased ?? false),
    FifoThroughputScope: topic.throughputScope ?? 'Topic',
  };
  return {
    Policy: policy ?? defaultPolicy(topic),
    Owner: topic.account,
    SubscriptionsPending: String(topic.pending),
    TopicArn: topic.arn,
    EffectiveDeliveryPolicy: JSON.stringify(effectiveTopicDelivery(topic.delivery ?? {})),
    SubscriptionsConfirmed: String(topic.confirmed),
    DisplayName: topic.displayName ?? '',
    SubscriptionsDeleted: String(topic.deleted),
    ...(topic.deliveryPolicy === undefined ? {} : { DeliveryPolicy: topic.deliveryPolicy }),
    ...(topic.signatureVersion === undefined ? {} : { SignatureVersion: topic.signatureVersion }),
    ...(topic.tracing === undefined ? {} : { TracingConfig: topic.tracing }),
    ...(topic.maximumMessageSize === undefined ? {} : { MaximumMessageSize: String(topic.maximumMessageSize) }),
    ...(topic.fifo ? fifo : {}),
  };
}

const OWNER_ACTIONS = [
  'GetTopicAttributes',
  'SetTopicAttributes',
  'AddPermission',
  'RemovePermission',
  'DeleteTopic',
  'Subscribe',
  'ListSubscriptionsByTopic',
  'Publish',
];

/** The policy of a topic that was given none. */
export function defaultPolicy({ arn, account }: Pick<Topic, 'arn' | 'account'>): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: OWNER_ACTIONS.map((action) => `SNS:${action}`),
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': account } },
      },
    ],
  });
}
