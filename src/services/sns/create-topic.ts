import type { CreateTopicCommandInput, CreateTopicCommandOutput, Tag } from '@aws-sdk/client-sns';
import type { Transaction } from '../../kernel/index.ts';
import type { Operation, OperationContext } from '../../model/index.ts';
import { type Topic, topicPolicies, topics } from './collections.ts';
import type { SnsDeps } from './deps.ts';
import { topicArn } from './found.ts';
import { invalidParameter, notImplemented } from './refusals.ts';
import { newTags } from './tags.ts';
import { describeTopic, readFlag, readTopicAttribute } from './topic-attributes.ts';

const PREFIX = 'Attributes Reason: ';

/** CreateTopic: idempotent while what is given agrees with what is there. Throws InvalidParameter, TagLimitExceeded, NotImplemented 501. */
export function createTopic(deps: SnsDeps): Operation<CreateTopicCommandInput, Pick<CreateTopicCommandOutput, 'TopicArn'>> {
  return async (input, context) => {
    if (input.DataProtectionPolicy) throw notImplemented('DataProtectionPolicy');
    const wanted = readTopic(input, context);
    return deps.store.transact(async (tx) => {
      const { account, region, name, arn } = wanted.topic;
      const existing = await tx.get(topics, [account, region, name]);
      if (existing) await checkSame(tx, existing, input);
      else {
        await tx.put(topics, wanted.topic);
        if (wanted.policy !== undefined) await tx.put(topicPolicies, { topicArn: arn, policy: wanted.policy });
      }
      return { TopicArn: arn };
    });
  };
}

interface Wanted {
  readonly topic: Topic;
  readonly policy: string | undefined;
}

function readTopic({ Name = '', Attributes = {}, Tags = [] }: CreateTopicCommandInput, context: OperationContext): Wanted {
  const { FifoTopic, ...others } = Attributes;
  const fifo = FifoTopic !== undefined && readFlag(FifoTopic, 'FifoTopic');
  if (!(fifo ? /^[A-Za-z0-9_-]{1,251}\.fifo$/ : /^[A-Za-z0-9_-]{1,256}$/).test(Name)) throw invalidParameter('Topic Name');
  let policy: string | undefined;
  let settings: Partial<Topic> = {};
  for (const [name, text] of Object.entries(others)) {
    const change = readTopicAttribute(name, text, { fifo, prefix: PREFIX });
    settings = { ...settings, ...change.topic };
    policy = change.policy ?? policy;
  }
  const { account, region, now } = context;
  const topic: Topic = {
    account,
    region,
    name: Name,
    arn: topicArn(context, Name),
    created: now,
    ...(fifo ? { fifo } : {}),
    ...settings,
    ...(policy === undefined ? {} : { policed: true }),
    tags: newTags({}, Tags),
    confirmed: 0,
    pending: 0,
    deleted: 0,
    filtered: 0,
  };
  return { topic, policy };
}

async function checkSame(
  tx: Transaction,
  existing: Topic,
  { Attributes = {}, Tags = [] }: CreateTopicCommandInput,
): Promise<void> {
  const policy = existing.policed ? (await tx.get(topicPolicies, [existing.arn]))?.policy : undefined;
  const described = describeTopic(existing, policy);
  const differs = ([name, text]: [string, string]) =>
    (described[name] ?? '') !== text && !(name === 'FifoTopic' && text.toLowerCase() === String(existing.fifo ?? false));
  if (Object.entries(Attributes).some(differs)) throw invalidParameter(`${PREFIX}Topic already exists with different attributes`);
  if (Tags.some((tag) => !hasTag(existing, tag))) throw invalidParameter('Tags Reason: Topic already exists with different tags');
}

function hasTag({ tags }: Topic, { Key = '', Value = '' }: Partial<Tag>): boolean {
  return Object.hasOwn(tags, Key) && tags[Key] === Value;
}
