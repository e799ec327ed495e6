import type { Clock, StoredEvent, Transaction } from '../kernel/index.ts';
import {
  type Books,
  batchThreads,
  books,
  type Delivery,
  type DeliveryOutcome,
  deliveries,
  effects,
  emptyBooks,
  type MeterIn,
  type MeterRecord,
  type NextStep,
  type OutcomeKind,
  outcomes,
  threadsOf,
} from '../model/index.ts';

import { acceptedIds, REMEMBERED_MS } from './intake.ts';

export const SUBSCRIBER = 'dispatch';

type Sums = Partial<Record<keyof Omit<Books, 'account' | 'region' | 'topic'>, number>>;

/** Writes the books of one routed event, what it was an effect of, and its deliveries (unless they ended already). */
export async function recordEvent(tx: Transaction, event: StoredEvent, made: readonly Delivery[]): Promise<void> {
  await add(tx, event, made.length ? { routed: 1, deliveries: made.length } : { unmatched: 1 });
  for (const delivery of made) {
    await tx.put(deliveries, delivery);
    if (event.cause !== undefined && event.cause !== delivery.id) await recordEffect(tx, event.cause, delivery);
  }
}

/** Counts deliveries that did not come from routing (a replay). */
export async function addDeliveries(tx: Transaction, made: readonly Delivery[]): Promise<void> {
  for (const delivery of made) await add(tx, delivery, { deliveries: 1 });
}

/** Keeps that a delivery was caused by an invocation (or by another delivery), for traces. */
export async function recordEffect(tx: Transaction, cause: string, { id, account, acceptedAt }: Delivery): Promise<void> {
  await tx.put(effects, { cause, effect: id, account, time: acceptedAt });
}

/** What came of one attempt. */
export interface Tried {
  /** The row, with this attempt counted. */
  readonly delivery: Delivery;
  readonly step: NextStep;
  readonly now: number;
  /** Whether it counts as an attempt in the books. */
  readonly ran: boolean;
  readonly meter?: MeterRecord;
  readonly error?: string;
  /** The function was there and may be invoked: what comes of it is its own affair. */
  readonly handedOver?: boolean;
  /** Whether the subscriber has a place for what is given up. */
  readonly redrives?: boolean;
  /** Writes what the end sets going; answers where the event lives on, if it does. */
  readonly endings?: (tx: Transaction) => Promise<string | undefined>;
}

/** Writes what came of an attempt: the outcome that ends the delivery, which is answered, or its next try; with the attempt's meter. */
export async function recordAttempt(tx: Transaction, tried: Tried, meterIn: MeterIn): Promise<OutcomeKind | undefined> {
  const { delivery, step, meter, error } = tried;
  if ((await tx.get(deliveries, [delivery.id])) === undefined) return undefined;
  if (meter) await meterIn(tx, meter);
  const attempts = tried.ran ? 1 : 0;
  if (step.step === 'retry') {
    await add(tx, delivery, { attempts });
    const failed = error === undefined ? {} : { lastError: error };
    await tx.put(deliveries, { ...delivery, nextAt: step.at, retryAt: step.at, ...failed });
    return undefined;
  }
  const kept = tried.endings && (await tried.endings(tx));
  const kind = kept !== undefined && step.outcome !== 'delivered' ? 'dead-lettered' : step.outcome;
  await tx.delete(deliveries, [delivery.id]);
  await tx.put(outcomes, {
    ...outcomeOf(delivery, tried.now),
    kind,
    reason: step.reason,
    ...(kept === undefined ? {} : { deadLetter: kept }),
    ...(step.outcome === 'delivered' || error === undefined ? {} : { error }),
  });
  await add(tx, delivery, { attempts, [kind]: 1 });
  return kind;
}

function outcomeOf(delivery: Delivery, time: number): Omit<DeliveryOutcome, 'kind' | 'reason'> {
  const { nextAt: _n, retryAt: _r, lastError: _e, throttles: _t, ...rest } = delivery;
  return { ...rest, time };
}

async function add(tx: Transaction, at: { account: string; region: string; topic: string }, sums: Sums): Promise<void> {
  const page = (await tx.get(books, [at.account, at.region, at.topic])) ?? emptyBooks(at.account, at.region, at.topic);
  const next: Record<string, unknown> = { ...page };
  for (const [name, more] of Object.entries(sums)) next[name] = (next[name] as number) + more;
  await tx.put(books, next as unknown as Books);
}

/** Ends of deliveries older than this go. */
export const OUTCOME_AGE_MS = 7 * 24 * 60 * 60 * 1000;
const SLICE = 500;

/** Deletes up to 500 old outcomes (fewer where batches were large), as many old effects and remembered ids; resolves to whether more are left. */
export async function sweepOutcomes(tx: Transaction, clock: Clock): Promise<boolean> {
  const old = { index: 'time', to: [clock.now() - OUTCOME_AGE_MS], limit: SLICE };
  const ended = await tx.range(outcomes, old);
  for (const { id, account, records = [] } of ended.items) {
    await tx.delete(outcomes, [id]);
    for (const near of threadsOf(records)) await tx.delete(batchThreads, [account, near, id]);
  }
  const caused = await tx.range(effects, old);
  for (const { cause, effect } of caused.items) await tx.delete(effects, [cause, effect]);
  const ids = await tx.range(acceptedIds, { index: 'time', to: [clock.now() - REMEMBERED_MS], limit: SLICE });
  for (const { account, region, bus, source, id } of ids.items) await tx.delete(acceptedIds, [account, region, bus, source, id]);
  return [ended, caused, ids].some(({ next }) => next !== undefined);
}
