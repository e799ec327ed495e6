import { collection } from '../kernel/index.ts';
import type { OutcomeKind } from './async-retry.ts';

/** One event on its way to one subscriber; the row lives until the outcome replaces it. */
export interface Delivery {
  /** UUID made of topic, lane, position and subscriber; also the request id of the invocation. */
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly topic: string;
  readonly lane: number;
  readonly position: number;
  /** Id of the event, as its publisher was told it. */
  readonly event: string;
  /** What selected the event: `invoke`, `s3:BUCKET:RULE`, … */
  readonly subscriber: string;
  /** ARN as the subscriber names it, URL, or `mailto:ADDRESS`. */
  readonly target: string;
  /** How often each function already ran in the chain of causes that led here; by unqualified ARN. */
  readonly lineage?: Lineage;
  /** The replay that made it, if one did. */
  readonly replay?: string;
  /** Epoch ms of the event. */
  readonly acceptedAt: number;
  readonly attempts: number;
  readonly throttles: number;
  /** Epoch ms from which it may be tried; orders the waiting ones of a target. */
  readonly nextAt: number;
  /** Epoch ms of the next try after one that failed; absent while it is tried or waits for its turn. */
  readonly retryAt?: number;
  readonly lastError?: string;
}

export type Lineage = Readonly<Record<string, number>>;

export interface DeliveryOutcome {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly topic: string;
  readonly lane: number;
  readonly position: number;
  readonly event: string;
  readonly subscriber: string;
  readonly target: string;
  readonly kind: OutcomeKind;
  /** AWS's condition (`RetriesExhausted`), or what was removed. */
  readonly reason: string;
  /** Where it was put instead, when its kind is `dead-lettered`. */
  readonly deadLetter?: string;
  readonly lineage?: Lineage;
  readonly replay?: string;
  /** For people: why the last attempt failed. */
  readonly error?: string;
  readonly attempts: number;
  readonly acceptedAt: number;
  /** Of a mapping's batch: how many records, and their ids (sequence numbers, message ids). */
  readonly size?: number;
  readonly records?: readonly string[];
  /** Of a mapping's batch: what caused the first of its records that has a cause. Messages of queues are no events: their position is 0. */
  readonly cause?: string;
  /** What caused each of its records, '' for none; absent when it is the same for all. */
  readonly causes?: readonly string[];
  /** Epoch ms of the outcome. */
  readonly time: number;
}

/**
 * A batch of a mapping that has no outcome yet: the function has it, or it failed and waits for its next attempt. Never stored; its id is
 * `mapping:UUID/SHARD/SLICE`, that of a queue's batch `mapping:UUID/MESSAGE`, after its first message.
 */
export interface HeldBatch extends Delivery, Pick<DeliveryOutcome, 'cause' | 'causes'> {
  readonly size: number;
  readonly records: readonly string[];
}

/** The books of one topic in one account: every accepted event and every delivery is in exactly one of the sums. */
export interface Books {
  readonly account: string;
  readonly region: string;
  readonly topic: string;
  readonly routed: number;
  readonly unmatched: number;
  readonly deliveries: number;
  readonly attempts: number;
  readonly delivered: number;
  readonly expired: number;
  readonly 'dead-lettered': number;
  readonly failed: number;
  readonly dropped: number;
}

export const deliveries = collection<Delivery>({
  name: 'dispatch.deliveries',
  key: ['id'],
  integers: ['nextAt', 'retryAt', 'position'],
  indexes: [
    { name: 'due', fields: ['retryAt'] },
    { name: 'target', fields: ['target', 'nextAt'] },
    { name: 'account', fields: ['account', 'topic', 'position'] },
    { name: 'event', fields: ['event'] },
  ],
});

export const outcomes = collection<DeliveryOutcome>({
  name: 'dispatch.outcomes',
  key: ['id'],
  integers: ['time'],
  indexes: [
    { name: 'time', fields: ['time'] },
    { name: 'kind', fields: ['account', 'kind', 'time'] },
    { name: 'account', fields: ['account', 'time'] },
    { name: 'event', fields: ['event'] },
  ],
});

/** That an invocation (or another delivery) caused a delivery: the threads of a trace. */
export interface Effect {
  /** Id of the delivery, or of the synchronous invocation, that caused it. */
  readonly cause: string;
  /** Id of the delivery that was caused. */
  readonly effect: string;
  readonly account: string;
  /** Epoch ms of the caused event. */
  readonly time: number;
}

export const effects = collection<Effect>({
  name: 'dispatch.effects',
  key: ['cause', 'effect'],
  integers: ['time'],
  indexes: [{ name: 'time', fields: ['time'] }],
});

export const books = collection<Books>({ name: 'dispatch.books', key: ['account', 'region', 'topic'] });

export function emptyBooks(account: string, region: string, topic: string): Books {
  return {
    account,
    region,
    topic,
    routed: 0,
    unmatched: 0,
    deliveries: 0,
    attempts: 0,
    delivered: 0,
    expired: 0,
    'dead-lettered': 0,
    failed: 0,
    dropped: 0,
  };
}
