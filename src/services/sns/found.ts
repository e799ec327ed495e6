import type { Reader } from '../../kernel/index.ts';
import {
  type Arn,
  type FindResourcePolicy,
  type OperationContext,
  parseArn,
  type TopicSubscription,
  topicSubscriptions,
} from '../../model/index.ts';
import { type Topic, topicPolicies, topics } from './collections.ts';
import { invalidParameter, subscriptionNotFound, topicNotFound } from './refusals.ts';

/** An ARN's parts; member is its name in refusals. Throws InvalidParameter. */
export function readArn(arn: string | undefined, member: string): Arn {
  const parsed = parseArn(arn ?? '');
  const count = (arn ?? '').split(':').length;
  if (count < 6) throw invalidParameter(`${member} Reason: An ARN must have at least 6 elements, not ${count}`);
  if (parsed?.service !== 'sns') throw invalidParameter(member);
  return parsed;
}

/** The topic of an ARN. Throws InvalidParameter, NotFound 404 `Topic does not exist`. */
export async function foundTopic(from: Pick<Reader, 'get'>, arn: string | undefined, member = 'TopicArn'): Promise<Topic> {
  const { account, region, resource } = readArn(arn, member);
  const topic = await from.get(topics, [account, region, resource]);
  if (!topic) throw topicNotFound();
  return topic;
}

/** The same for a signed request, which has to go to the topic's own region. */
export async function topicHere(
  from: Pick<Reader, 'get'>,
  arn: string | undefined,
  { region }: Pick<OperationContext, 'region'>,
): Promise<Topic> {
  if (readArn(arn, 'TopicArn').region !== region) throw invalidParameter('TopicArn');
  return foundTopic(from, arn);
}

/** A subscription by its ARN; undefined: there is none. Throws InvalidParameter. */
export async function findSubscription(
  from: Pick<Reader, 'get'>,
  arn: string | undefined,
): Promise<TopicSubscription | undefined> {
  const { resource } = readArn(arn, 'SubscriptionArn');
  if (!resource.includes(':')) throw invalidParameter('SubscriptionId');
  const end = arn!.lastIndexOf(':');
  return from.get(topicSubscriptions, [arn!.slice(0, end), arn!.slice(end + 1)]);
}

/** The same; throws NotFound 404 `Subscription does not exist`. */
export async function foundSubscription(from: Pick<Reader, 'get'>, arn: string | undefined): Promise<TopicSubscription> {
  const found = await findSubscription(from, arn);
  if (!found || found.deleted) throw subscriptionNotFound();
  return found;
}

export function topicArn({ account, region }: Pick<OperationContext, 'account' | 'region'>, name: string): string {
  return `arn:aws:sns:${region}:${account}:${name}`;
}

/** Whether there is a topic of that ARN. */
export function topicExists(read: Reader): (arn: string) => Promise<boolean> {
  return async (arn) => {
    const { account = '', region = '', resource = '' } = parseArn(arn) ?? {};
    return (await read.get(topics, [account, region, resource])) !== undefined;
  };
}

/** Topics' part of the port FindResourcePolicy; a topic's default policy allows nobody of another account. */
export function topicPolicy(read: Reader): FindResourcePolicy {
  return async (arn) => {
    const { account = '', region = '', resource = '' } = parseArn(arn) ?? {};
    const topic = await read.get(topics, [account, region, resource]);
    const text = topic?.policed ? (await read.get(topicPolicies, [arn]))?.policy : undefined;
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  };
}
