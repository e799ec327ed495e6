import { createHash } from 'node:crypto';
import type { StoredEvent } from '../kernel/index.ts';
import { asyncTopic, type Delivery, type PutItem, type PutTarget, type RetryPolicy } from '../model/index.ts';

/** One subscriber that wants an event, and how the event reaches it. */
export type Subscription = FunctionSubscription | PutSubscription | SendSubscription;

interface Wanted {
  /** Stable name of what selected the event. */
  readonly subscriber: string;
  readonly traceId?: string;
  /** Checked before each attempt; false: refused. */
  readonly permitted: () => Promise<boolean>;
  readonly deadLetter?: DeadLetter;
}

/** An asynchronous invocation: retried by the function's own settings. */
export interface FunctionSubscription extends Wanted {
  readonly kind: 'function';
  readonly functionArn: string;
  readonly invokedArn: string;
  /** UTF-8 JSON text for the function, in a try (from 1). Throws TargetInvalid when nothing can be made of the event. */
  readonly payload: (attempt: number) => string;
  /** JSON text, for the context object. */
  readonly clientContext?: string;
}

/** What is put inside a transaction; id and cause of the item are the delivery's. */
export interface PutSubscription extends Wanted {
  readonly kind: 'put';
  readonly target: PutTarget;
  readonly policy: RetryPolicy;
  /** In a try (from 1). Throws TargetInvalid when nothing can be made of the event. */
  readonly item: (attempt: number) => Omit<PutItem, 'id' | 'time' | 'cause'>;
}

/** What is sent over the network. */
export interface SendSubscription extends Wanted {
  readonly kind: 'send';
  /** URL, or `mailto:ADDRESS`. */
  readonly to: string;
  readonly policy: RetryPolicy;
  /** One try; never rejects. */
  readonly send: (signal: AbortSignal) => Promise<Sent>;
}

export type Sent = { readonly ok: true } | { readonly ok: false; readonly retry: boolean; readonly reason: string };

/** Where an event goes that was given up. */
export interface DeadLetter {
  readonly target: PutTarget;
  readonly item: (end: GivenUp) => Omit<PutItem, 'id' | 'time' | 'cause'>;
}

export interface GivenUp {
  /** `RetriesExhausted`, `EventAgeExceeded`, `TargetRefused`, … */
  readonly reason: string;
  readonly error: string;
  readonly attempts: number;
}

/** filteredOut is told the ARN of a topic for each of its subscriptions whose filter policy does not let the event pass. */
export type Match = (event: StoredEvent, filteredOut?: (topicArn: string) => void) => Promise<readonly Subscription[]>;

/** What deliveries to one target have in common: they take turns. */
export function targetKey(subscription: Subscription): string {
  if (subscription.kind === 'function') return subscription.functionArn;
  return subscription.kind === 'put' ? subscription.target.arn : subscription.to;
}

/**
 * The id of a delivery, which is the request id of its invocation. An asynchronous invocation keeps the id that its caller was told; any
 * other is made of the event and the subscriber, so that routing an event again after a crash makes the same delivery.
 */
export function deliveryId(event: StoredEvent, subscriber: string): string {
  if (event.topic === asyncTopic.name) return event.id;
  return idOf(`${event.topic}\n${event.lane}\n${event.position}\n${event.id}\n${subscriber}`);
}

/** A UUID made of a text. */
export function idOf(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** How a replayed delivery goes: to the function that the replay names, marked for it to see. */
export function replayed(delivery: Delivery, subscription: Subscription): Subscription {
  if (delivery.replay === undefined || subscription.kind !== 'function') return subscription;
  const clientContext = JSON.stringify({ custom: { 'dalamb.replay': delivery.replay } });
  if (delivery.target === subscription.functionArn) return { ...subscription, clientContext };
  const { target } = delivery;
  return { ...subscription, clientContext, functionArn: target, invokedArn: target, permitted: async () => true };
}
