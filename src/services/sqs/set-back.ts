import { type Clock, type Key, SET_BACK_MS, type Store, setBackWatch, type Transaction } from '../../kernel/index.ts';
import type { Bells } from './bells.ts';
import { attempts, deduplications, fifoMessages, groups, messages, queues } from './collections.ts';
import { settleGroup } from './groups.ts';
import type { FifoMessage, Message } from './message.ts';
import { boxOf, type Queue, queueArn } from './queue.ts';
import { DEDUPLICATION_MS } from './receive-attempts.ts';

export interface SetBackDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly bells: Pick<Bells, 'ringAt'>;
}

const LOOK_MS = 5_000;
/** Rows of one transaction, so that others get their turn. */
const SLICE = 200;

/**
 * Sees to it that a clock which is set back hides nothing for that long: a message that was received, or delayed, at a time that is yet to
 * come is hidden for as long as was asked for, from now on; and what is recognised as a duplicate, for five minutes from now on. Looks
 * through the queues only at the start and when the clock was set back; resolves to the ms until it looks at the clock again.
 */
export function createSetBack(deps: SetBackDeps): (signal: AbortSignal) => Promise<number> {
  const setBack = setBackWatch(deps.clock);
  let due = true;
  return async (signal) => {
    due = setBack() > 0 || due;
    if (due) await putRight(deps, signal);
    due = signal.aborted;
    return LOOK_MS;
  };
}

async function putRight(deps: SetBackDeps, signal: AbortSignal): Promise<void> {
  await shorten(deps, deduplications, signal);
  await shorten(deps, attempts, signal);
  let after: Key | undefined;
  do {
    const page = await deps.store.read.range(queues, { ...(after ? { after } : {}), limit: 100 });
    for (const queue of page.items) await showQueue(deps, queue, signal);
    after = page.next;
  } while (after && !signal.aborted);
}

type Expiring = typeof deduplications | typeof attempts;

/** Nothing is remembered for longer than five minutes from now on. */
async function shorten({ store, clock }: SetBackDeps, kind: Expiring, signal: AbortSignal): Promise<void> {
  const expiresAt = clock.now() + DEDUPLICATION_MS;
  const range = { index: 'expiry', from: [expiresAt + SET_BACK_MS], limit: SLICE };
  while (!signal.aborted) {
    const { items } = await store.read.range(kind as typeof deduplications, range);
    if (items.length === 0) return;
    await store.transact(async (tx) => {
      for (const item of items) {
        const key = kind.key.map((field) => item[field as keyof typeof item]) as unknown as Key;
        const there = await tx.get(kind as typeof deduplications, key);
        if (there) await tx.put(kind as typeof deduplications, { ...there, expiresAt });
      }
    });
  }
}

/** Goes through what is hidden in a queue, in the order of its end. */
async function showQueue(deps: SetBackDeps, queue: Queue, signal: AbortSignal): Promise<void> {
  const { store, clock } = deps;
  const box = boxOf(queue);
  let after: Key = [clock.now()];
  while (!signal.aborted) {
    const now = clock.now();
    const range = { prefix: [box], from: after, limit: SLICE };
    const { items, next } = queue.fifo
      ? await store.read.range(fifoMessages, { index: 'hidden', ...range })
      : await store.read.range(messages, { index: 'ready', ...range });
    const early = (items as (Message | FifoMessage)[]).filter((message) => hiddenSince(message) > now + SET_BACK_MS);
    if (early.length > 0) {
      const ends = await store.transact((tx) => showAll(tx, early, now));
      for (const end of ends) deps.bells.ringAt(queueArn(queue), end);
    }
    if (!next) return;
    after = next;
  }
}

/** Epoch ms at which a hidden message was received, or sent with a delay. */
function hiddenSince(message: Message | FifoMessage): number {
  if (message.delayedUntil === undefined) return message.lastAt ?? 0;
  return 'since' in message ? message.since : message.sentAt;
}

/** Resolves to when they can be received. */
async function showAll(tx: Transaction, early: readonly (Message | FifoMessage)[], now: number): Promise<number[]> {
  const ends: number[] = [];
  for (const one of early) ends.push('sequence' in one ? await showFifo(tx, one, now) : await showStandard(tx, one, now));
  return ends;
}

/** As much later than now as it was to be hidden for. */
function endOf(message: Message | FifoMessage, until: number, now: number): number {
  return Math.min(until, now + Math.max(0, until - hiddenSince(message)));
}

/** What says since when and until when it is hidden: from now until then. */
function hiding({ lastAt, delayedUntil }: Message | FifoMessage, now: number, until: number) {
  return { ...(lastAt === undefined ? {} : { lastAt: now }), ...(delayedUntil === undefined ? {} : { delayedUntil: until }) };
}

async function showStandard(tx: Transaction, { box, id }: Message, now: number): Promise<number> {
  const message = await tx.get(messages, [box, id]);
  if (!message || hiddenSince(message) <= now) return now;
  const at = endOf(message, message.at, now);
  await tx.put(messages, { ...message, ...hiding(message, now, at), at });
  return at;
}

async function showFifo(tx: Transaction, { box, group: name, sequence }: FifoMessage, now: number): Promise<number> {
  const message = await tx.get(fifoMessages, [box, name, sequence]);
  if (!message || message.until === undefined || hiddenSince(message) <= now) return now;
  const until = endOf(message, message.until, now);
  await tx.put(fifoMessages, { ...message, ...hiding(message, now, until), until });
  const group = await tx.get(groups, [box, name]);
  const flights = group?.flights.map(([one, end]) => [one, one === sequence ? until : end] as const);
  if (group && flights) await settleGroup(tx, { ...group, flights }, now);
  return until;
}
