import type { Key, Reader } from '../kernel/index.ts';
import {
  deadLetterArn,
  deadLetterFor,
  type MayInvoke,
  matchSubscription,
  type NotificationFacts,
  notificationFor,
  parseArn,
  rememberedFilters,
  retryPolicyOf,
  type TopicMessage,
  type TopicNotification,
  type TopicSubscription,
  topicSubscriptions,
} from '../model/index.ts';
import type { DeadLetter, Match, Sent, Subscription } from './subscription.ts';

export interface MessagePorts {
  readonly mayInvoke: MayInvoke;
  /** Late: the address is known once the door is open. */
  readonly notificationFacts: () => NotificationFacts;
  /** subscriber is the ARN of who subscribed: it decides what may be reached. */
  readonly sendHttp: (
    request: Extract<TopicNotification, { kind: 'http' }>,
    signal: AbortSignal,
    subscriber: string,
  ) => Promise<Sent>;
  readonly sendEmail: (mail: Extract<TopicNotification, { kind: 'email' }>, signal: AbortSignal) => Promise<Sent>;
}

/** Messages of topics: every subscription that is confirmed and whose filter policy they pass (spec/backends.md §7). */
export function matchMessages(read: Reader, ports: MessagePorts): Match {
  const compile = rememberedFilters();
  return async ({ body }, filteredOut) => {
    const message = body as TopicMessage;
    const found: Subscription[] = [];
    const prefix = message.subscription ? [message.topicArn, message.subscription.id] : [message.topicArn];
    for (let after: Key | undefined; ; ) {
      const page = await read.range(topicSubscriptions, { prefix, limit: 1000, ...(after ? { after } : {}) });
      for (const one of page.items) {
        if (matchSubscription(one, message, compile)) found.push(subscriptionOf(ports, one, message));
        else if (isFiltered(one, message)) filteredOut?.(message.topicArn);
      }
      if (!page.next) break;
      after = page.next;
    }
    return found.length === 0 && message.subscription ? [subscriptionOf(ports, message.subscription, message)] : found;
  };
}

/** Of those that do not match: whether it is for their filter policy. */
function isFiltered({ expires }: TopicSubscription, { type }: TopicMessage): boolean {
  return type === 'Notification' && expires === undefined;
}

/** What is made for a subscriber is made once, when it is first asked for: signing is not cheap. */
function subscriptionOf(ports: MessagePorts, subscription: TopicSubscription, message: TopicMessage): Subscription {
  let made: TopicNotification | undefined;
  const notification = () => {
    made ??= notificationFor(subscription, message, ports.notificationFacts());
    return made;
  };
  const { protocol, endpoint, arn } = subscription;
  const caller = callerOf(message);
  const common = {
    subscriber: `sns:${arn}`,
    ...(message.traceId === undefined ? {} : { traceId: message.traceId }),
    ...deadLetterOf(ports, subscription, message),
  };
  const policy = retryPolicyOf(subscription, message);
  if (protocol === 'lambda') {
    const permitted = () => ports.mayInvoke(endpoint, caller);
    const payload = () => (notification() as Extract<TopicNotification, { kind: 'function' }>).payload;
    return { kind: 'function', functionArn: endpoint, invokedArn: endpoint, payload, permitted, ...common };
  }
  const permitted = async () => true;
  if (protocol === 'sqs') {
    const target = { kind: 'queue' as const, arn: endpoint };
    return { kind: 'put', target, policy, item: () => ({ ...queued(notification()), caller }), permitted, ...common };
  }
  const send = (signal: AbortSignal) => {
    const one = notification();
    return one.kind === 'email' ? ports.sendEmail(one, signal) : ports.sendHttp(one as never, signal, subscription.principal);
  };
  const to = protocol === 'email' || protocol === 'email-json' ? `mailto:${endpoint}` : endpoint;
  return { kind: 'send', to, policy, send, permitted, ...common };
}

function deadLetterOf(
  ports: MessagePorts,
  subscription: TopicSubscription,
  message: TopicMessage,
): { readonly deadLetter?: DeadLetter } {
  const queueArn = deadLetterArn(subscription);
  if (queueArn === undefined || message.type !== 'Notification') return {};
  const facts = () => ({ ...ports.notificationFacts(), queueArn });
  const item = () => ({ ...queued(deadLetterFor(subscription, message, facts())), caller: callerOf(message) });
  return { deadLetter: { target: { kind: 'queue', arn: queueArn }, item } };
}

function queued(notification: TopicNotification) {
  const { body, attributes, groupId, deduplicationId } = notification as Extract<TopicNotification, { kind: 'queue' }>;
  return {
    body,
    ...(attributes === undefined ? {} : { attributes }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(deduplicationId === undefined ? {} : { deduplicationId }),
  };
}

function callerOf({ topicArn }: TopicMessage) {
  return { service: 'sns.amazonaws.com', sourceArn: topicArn, sourceAccount: parseArn(topicArn)?.account ?? '' };
}
