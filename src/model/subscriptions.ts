import { collection } from '../kernel/index.ts';
import { effectiveDelivery, type HttpDelivery, httpDelaysMs } from './delivery-policy.ts';
import { passesPolicy } from './filter-matching.ts';
import { type FilterPolicy, type FilterPolicyScope, parseFilterPolicy } from './filter-policy.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { messageFor, type TopicMessage } from './topic-messages.ts';

export type SubscriptionProtocol = 'lambda' | 'sqs' | 'http' | 'https' | 'email' | 'email-json';

/** A subscription to a topic; written by services/sns, read by dispatch. */
export interface TopicSubscription {
  readonly topicArn: string;
  /** The last part of its ARN, a UUID. */
  readonly id: string;
  /** `{topicArn}:{id}`. */
  readonly arn: string;
  /** The account that subscribed. */
  readonly owner: string;
  readonly region: string;
  readonly protocol: SubscriptionProtocol;
  /** An ARN, a URL, or an address. */
  readonly endpoint: string;
  /** ARN of who subscribed. */
  readonly principal: string;
  /** Epoch ms. */
  readonly created: number;
  /** Waits for its confirmation until then (epoch ms); absent once confirmed. */
  readonly expires?: number;
  /** Was ended through a link: it only waits for its owner to take that back. */
  readonly deleted?: boolean;
  /** What confirms it; kept after that, so that confirming again does nothing. */
  readonly token?: string;
  /** Who confirmed it proved who they are. */
  readonly authenticated?: boolean;
  /** Only a signed request may end it. */
  readonly guarded?: boolean;
  readonly raw?: boolean;
  /** As written. */
  readonly filterPolicy?: string;
  readonly filterPolicyScope?: FilterPolicyScope;
  readonly redrivePolicy?: string;
  /** As written; delivery is what it means. */
  readonly deliveryPolicy?: string;
  readonly delivery?: HttpDelivery;
}

export const topicSubscriptions = collection<TopicSubscription>({
  name: 'sns.subscriptions',
  key: ['topicArn', 'id'],
  integers: ['expires'],
  indexes: [
    { name: 'by-owner', fields: ['owner', 'region'] },
    { name: 'by-endpoint', fields: ['topicArn', 'protocol', 'endpoint'] },
    { name: 'by-expiry', fields: ['expires'] },
    { name: 'by-token', fields: ['token'] },
  ],
});

/** Compiles the text of a stored filter policy. */
export type CompileFilter = (text: string, scope: FilterPolicyScope) => FilterPolicy;

/** parseFilterPolicy with a memory of at most a thousand policies, for whoever matches many messages. */
export function rememberedFilters(): CompileFilter {
  const known = new Map<string, FilterPolicy>();
  return (text, scope) => {
    const key = `${scope} ${text}`;
    const found = known.get(key) ?? parseFilterPolicy(text, scope);
    if (known.size >= 1000) known.clear();
    known.set(key, found);
    return found;
  };
}

/**
 * Whether a subscription gets a message. A confirmation goes to the one subscription that it names; a notification to those that are
 * confirmed and whose filter policy it passes (spec/backends.md §7).
 */
export function matchSubscription(
  subscription: TopicSubscription,
  message: TopicMessage,
  compile: CompileFilter = parseFilterPolicy,
): boolean {
  if (message.type !== 'Notification') return message.subscription?.arn === subscription.arn;
  if (subscription.expires !== undefined) return false;
  if (subscription.filterPolicy === undefined) return true;
  const scope = subscription.filterPolicyScope ?? 'MessageAttributes';
  const body = messageFor(message, subscription.protocol);
  return passesPolicy(compile(subscription.filterPolicy, scope), scope, { body, attributes: message.attributes });
}

const HOUR = 3_600_000;

/**
 * How a failing delivery is tried again: HTTP by the delivery policy of subscription and topic; functions and queues 100,015 times in 23
 * days; mail 50 times in 6 hours (spec/backends.md §7).
 */
export function retryPolicyOf({ protocol, delivery = {} }: TopicSubscription, message: TopicMessage): RetryPolicy {
  if (protocol === 'http' || protocol === 'https') {
    const delays = httpDelaysMs(effectiveDelivery(message.delivery ?? {}, delivery).retry);
    return { maxRetries: delays.length, maxAgeMs: 6 * HOUR, delayMs: (retry) => delays[retry - 1] ?? 0 };
  }
  return protocol === 'lambda' || protocol === 'sqs' ? MANAGED : MAIL;
}

const MANAGED = phases({
  immediate: 3,
  steady: [2, 1000],
  rising: [10, 1000, 20_000],
  last: [100_000, 20_000],
  maxAgeMs: 23 * 24 * HOUR,
});
const MAIL = phases({
  immediate: 0,
  steady: [2, 10_000],
  rising: [10, 10_000, 600_000],
  last: [38, 600_000],
  maxAgeMs: 6 * HOUR,
});

interface Phases {
  readonly immediate: number;
  readonly steady: readonly [retries: number, ms: number];
  readonly rising: readonly [retries: number, fromMs: number, toMs: number];
  readonly last: readonly [retries: number, ms: number];
  readonly maxAgeMs: number;
}

function phases({ immediate, steady, rising, last, maxAgeMs }: Phases): RetryPolicy {
  const [count, from, to] = rising;
  const rise = immediate + steady[0];
  return {
    maxRetries: rise + count + last[0],
    maxAgeMs,
    delayMs: (retry) => {
      if (retry <= immediate) return 0;
      if (retry <= rise) return steady[1];
      if (retry <= rise + count) return Math.round(from * (to / from) ** ((retry - rise - 1) / (count - 1)));
      return last[1];
    },
  };
}

/** ARN of the queue that gets what could not be delivered; undefined: such messages end as failed. */
export function deadLetterArn({ redrivePolicy }: TopicSubscription): string | undefined {
  return redrivePolicy === undefined
    ? undefined
    : (JSON.parse(redrivePolicy) as { deadLetterTargetArn: string }).deadLetterTargetArn;
}
