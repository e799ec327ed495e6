import type { SubscribeCommandInput, SubscribeCommandOutput } from '@aws-sdk/client-sns';
import type { Transaction } from '../../kernel/index.ts';
import { type Operation, type OperationContext, type TopicSubscription, topicSubscriptions } from '../../model/index.ts';
import { noteAsking } from './asking-limits.ts';
import type { Topic } from './collections.ts';
import { ask, PENDING_MS, TOKEN_BYTES } from './confirmations.ts';
import type { SnsDeps } from './deps.ts';
import { readEndpoint, type Subscribed } from './endpoints.ts';
import { topicHere } from './found.ts';
import { invalidParameter } from './refusals.ts';
import { describeSettings, readSettings, type Settings } from './subscription-attributes.ts';
import { writeSubscription } from './subscription-counts.ts';

type Output = Pick<SubscribeCommandOutput, 'SubscriptionArn'>;

/**
 * Subscribe: at once for functions and queues of the caller's account, after a confirmation for everybody else. The same endpoint again
 * answers the subscription that is there. Throws NotFound 404, InvalidParameter, FilterPolicyLimitExceeded 403, NotImplemented 501,
 * and what noteAsking does.
 */
export function subscribe(deps: SnsDeps): Operation<SubscribeCommandInput, Output> {
  return async (input, context) => {
    const ids = { id: deps.ids.uuid(), messageId: deps.ids.uuid(), token: deps.ids.hex(TOKEN_BYTES) };
    return deps.store.transact(async (tx) => {
      const topic = await topicHere(tx, input.TopicArn, context);
      const given = { protocol: input.Protocol ?? '', endpoint: input.Endpoint ?? '' };
      const who = { principal: context.principal, canSendMail: deps.canSendMail };
      const wanted: Wanted = { ...readEndpoint(given, topic, who), ...ids, context, attributes: input.Attributes ?? {} };
      const shown = ({ arn, expires }: TopicSubscription) =>
        expires === undefined || input.ReturnSubscriptionArn ? arn : 'pending confirmation';
      const existing = await sameEndpoint(tx, topic, wanted);
      if (existing) await again(tx, topic, { ...wanted, existing });
      return { SubscriptionArn: shown(existing ?? (await begin(tx, topic, wanted))) };
    });
  };
}

interface Wanted extends Subscribed {
  readonly id: string;
  readonly messageId: string;
  readonly token: string;
  readonly context: OperationContext;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The subscription of this endpoint, if it has one; what was ended through a link gives way to a new one. */
async function sameEndpoint(
  tx: Transaction,
  { arn }: Topic,
  { protocol, endpoint }: Subscribed,
): Promise<TopicSubscription | undefined> {
  const { items } = await tx.range(topicSubscriptions, { index: 'by-endpoint', prefix: [arn, protocol, endpoint], limit: 100 });
  for (const { id, deleted } of items) if (deleted) await tx.delete(topicSubscriptions, [arn, id]);
  return items.find(({ deleted }) => !deleted);
}

function settingsOf(topic: Topic, { attributes, protocol, endpoint }: Wanted): Settings {
  return readSettings(attributes, { topicArn: topic.arn, protocol, endpoint, prefix: 'Attributes Reason: ' });
}

/** What is given must agree with what is there; who has not confirmed is asked again. */
async function again(tx: Transaction, topic: Topic, wanted: Wanted & { readonly existing: TopicSubscription }): Promise<void> {
  const { existing, attributes, messageId, context } = wanted;
  const given = describeSettings(settingsOf(topic, wanted));
  const known = describeSettings(existing);
  if (Object.keys(attributes).some((name) => given[name] !== known[name]))
    throw invalidParameter('Attributes Reason: Subscription already exists with different attributes');
  if (existing.expires === undefined) return;
  await noteAsking(tx, { subscription: existing, account: context.principal.account, pending: topic.pending, now: context.now });
  await ask(tx, 'SubscriptionConfirmation', {
    topic,
    subscription: existing,
    messageId,
    now: context.now,
    cause: context.cause,
  });
}

async function begin(tx: Transaction, topic: Topic, wanted: Wanted): Promise<TopicSubscription> {
  const { id, protocol, endpoint, asks, context, messageId, token } = wanted;
  const { principal, now, cause } = context;
  const subscription: TopicSubscription = {
    topicArn: topic.arn,
    id,
    arn: `${topic.arn}:${id}`,
    owner: principal.account,
    region: topic.region,
    protocol,
    endpoint,
    principal: principal.arn,
    created: now,
    ...settingsOf(topic, wanted),
    ...(asks ? { expires: now + PENDING_MS, token } : { authenticated: true, guarded: true }),
  };
  const counted = await writeSubscription(tx, topic, { after: subscription });
  if (asks) await noteAsking(tx, { subscription, account: principal.account, pending: counted.pending, now });
  if (asks) await ask(tx, 'SubscriptionConfirmation', { topic: counted, subscription, messageId, now, cause });
  return subscription;
}
