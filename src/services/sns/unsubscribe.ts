import type { UnsubscribeCommandInput } from '@aws-sdk/client-sns';
import type { Transaction } from '../../kernel/index.ts';
import type { Operation, OperationContext, TopicSubscription } from '../../model/index.ts';
import type { Topic } from './collections.ts';
import { ask, PENDING_MS, TOKEN_BYTES } from './confirmations.ts';
import type { SnsDeps } from './deps.ts';
import { findSubscription, foundTopic } from './found.ts';
import { invalidParameter, notAuthorized } from './refusals.ts';
import { writeSubscription } from './subscription-counts.ts';

/**
 * Unsubscribe; content with a subscription that is not there. Who follows the link in a message without a signature ends it for now: the
 * subscriber is told, and may take it back within three days. Throws InvalidParameter, AuthorizationError 403.
 */
export function unsubscribe(deps: SnsDeps): Operation<UnsubscribeCommandInput> {
  return async ({ SubscriptionArn }, context) => {
    if (SubscriptionArn === undefined) throw invalidParameter('SubscriptionArn Reason: no value for required parameter');
    const ids = { messageId: deps.ids.uuid(), token: deps.ids.hex(TOKEN_BYTES) };
    await deps.store.transact(async (tx) => {
      const before = await findSubscription(tx, SubscriptionArn);
      if (!before || before.deleted) return;
      if (before.expires !== undefined)
        throw invalidParameter('SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation');
      const topic = await foundTopic(tx, before.topicArn);
      if (context.principal.kind === 'anonymous' && before.guarded)
        throw notAuthorized('This subscription can only be ended by a signed request');
      if (context.principal.account === before.owner || !isAddressed(before)) await writeSubscription(tx, topic, { before });
      else await endForNow(tx, topic, { before, context, ...ids });
    });
    return {};
  };
}

/** Somebody at the endpoint can be told. */
function isAddressed({ protocol }: TopicSubscription): boolean {
  return protocol !== 'lambda' && protocol !== 'sqs';
}

async function endForNow(
  tx: Transaction,
  topic: Topic,
  given: { before: TopicSubscription; context: OperationContext; messageId: string; token: string },
): Promise<void> {
  const { before, context, messageId, token } = given;
  const { now, cause } = context;
  const after = { ...before, deleted: true, expires: now + PENDING_MS, token };
  await writeSubscription(tx, topic, { before, after });
  await ask(tx, 'UnsubscribeConfirmation', { topic, subscription: after, messageId, now, cause });
}
