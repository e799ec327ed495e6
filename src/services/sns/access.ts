import type { Reader } from '../../kernel/index.ts';
import { type AccessRequest, type OperationContext, parseArn, type ServiceTable } from '../../model/index.ts';
import { topicPolicies, topics } from './collections.ts';
import { findSubscription, topicArn } from './found.ts';

const OF_SUBSCRIPTION = ['GetSubscriptionAttributes', 'SetSubscriptionAttributes', 'Unsubscribe'];
const OF_ACCOUNT = ['ListTopics', 'ListSubscriptions'];
/** What a link may ask without a signature; the operations themselves see to the rest. */
const OF_LINKS = ['ConfirmSubscription', 'Unsubscribe'];
/** An owner's root can always mend the policy, whatever it denies. */
const MENDING = ['GetTopicAttributes', 'SetTopicAttributes', 'DeleteTopic'];

/** What an operation asks of IAM: its action on the topic, whose own policy goes along (spec/backends.md §1.2, §7). */
export function accessOf(read: Reader): ServiceTable['access'] {
  const parse = rememberedPolicies();
  return async (operation, input, context) => {
    if (context.principal.kind === 'anonymous' && OF_LINKS.includes(operation)) return [];
    const action = `sns:${operation === 'PublishBatch' ? 'Publish' : operation}`;
    if (OF_ACCOUNT.includes(operation)) return [{ action, resource: topicArn(context, '*'), context: {} }];
    if (operation === 'CreateTopic') return createRequests(input, context);
    if (OF_SUBSCRIPTION.includes(operation)) return [await ofSubscription(read, action, { input, context })];
    const arn = (input.TopicArn ?? input.TargetArn ?? input.ResourceArn) as string | undefined;
    if (arn === undefined) return [{ action, resource: '*', context: {} }];
    // Whoever has the token may, whosever the topic is.
    if (operation === 'ConfirmSubscription')
      return [{ action, resource: arn, context: {}, resourceAccount: context.principal.account }];
    const policy = await policyOf(read, arn, { operation, context });
    const resourcePolicy = policy === undefined ? {} : { resourcePolicy: parse(policy) };
    return [{ action, resource: arn, context: conditionsOf(operation, input), ...resourcePolicy }];
  };
}

const MOST_REMEMBERED = 200;

/** The same object for the same text, so that it is compiled once. */
function rememberedPolicies(): (text: string) => unknown {
  const known = new Map<string, unknown>();
  return (text) => {
    if (!known.has(text)) {
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(text, JSON.parse(text));
    }
    return known.get(text);
  };
}

function createRequests(input: Record<string, unknown>, context: OperationContext): readonly AccessRequest[] {
  const resource = topicArn(context, String(input.Name ?? ''));
  const conditions = tagConditions(input.Tags);
  const create = { action: 'sns:CreateTopic', resource, context: conditions };
  const tags = input.Tags as readonly unknown[] | undefined;
  return tags && tags.length > 0 ? [create, { ...create, action: 'sns:TagResource' }] : [create];
}

/** Whoever subscribed may look after it, whosever the topic is. */
async function ofSubscription(
  read: Reader,
  action: string,
  { input, context }: { input: Record<string, unknown>; context: OperationContext },
): Promise<AccessRequest> {
  const arn = input.SubscriptionArn as string | undefined;
  const found = arn === undefined || !/^([^:]*:){6}/.test(arn) ? undefined : await findSubscription(read, arn);
  const resource = found?.topicArn ?? arn?.split(':').slice(0, 6).join(':') ?? '*';
  return {
    action,
    resource,
    context: {},
    ...(found?.owner === context.principal.account ? { resourceAccount: found.owner } : {}),
  };
}

async function policyOf(
  read: Reader,
  arn: string,
  { operation, context }: { operation: string; context: OperationContext },
): Promise<string | undefined> {
  const { account = '', region = '', resource = '' } = parseArn(arn) ?? {};
  const topic = await read.get(topics, [account, region, resource]);
  if (!topic?.policed) return undefined;
  const { principal } = context;
  if (principal.kind === 'root' && principal.account === account && MENDING.includes(operation)) return undefined;
  return (await read.get(topicPolicies, [arn]))?.policy;
}

function conditionsOf(operation: string, input: Record<string, unknown>): AccessRequest['context'] {
  if (operation === 'Subscribe') {
    return {
      ...(typeof input.Protocol === 'string' ? { 'sns:protocol': input.Protocol } : {}),
      ...(typeof input.Endpoint === 'string' ? { 'sns:endpoint': input.Endpoint } : {}),
    };
  }
  if (operation === 'TagResource') return tagConditions(input.Tags);
  return operation === 'UntagResource' ? { 'aws:tagkeys': (input.TagKeys as readonly string[] | undefined) ?? [] } : {};
}

function tagConditions(tags: unknown): Record<string, string | readonly string[]> {
  const given = (tags as readonly { Key?: string; Value?: string }[] | undefined) ?? [];
  const conditions: Record<string, string | readonly string[]> =
    given.length > 0 ? { 'aws:tagkeys': given.map(({ Key = '' }) => Key) } : {};
  for (const { Key = '', Value = '' } of given) conditions[`aws:requesttag/${Key.toLowerCase()}`] = Value;
  return conditions;
}
