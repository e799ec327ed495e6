import type { Clock, StoredEvent, Transaction } from '../kernel/index.ts';
import {
  type Books,
  books,
  type Delivery,
  type DeliveryOutcome,
  deliveries,
  emptyBooks,
  type MeterIn,
  type MeterRecord,
  type NextStep,
  outcomes,
} from '../model/index.ts';

export const SUBSCRIBER = 'dispatch';

/** What routing a batch of events found. */
export interface Routed {
  readonly event: StoredEvent;
  readonly deliveries: readonly Delivery[];
}

type Sums = Partial<Record<keyof Omit<Books, 'account' | 'region' | 'topic'>, number>>;

/** Writes deliveries, books and the new position of a routed batch. Routing it again (after a crash) writes nothing twice: the position decides. */
export async function recordRouted(tx: Transaction, batch: readonly Routed[]): Promise<void> {
  const last = batch.at(-1)!.event;
  const cursor = (await tx.cursor(SUBSCRIBER, last.topic, last.lane)) ?? 1;
  for (const { event, deliveries: made } of batch) {
    if (event.position < cursor) continue;
    for (const delivery of made) await tx.put(deliveries, delivery);
    await add(tx, event, made.length ? { routed: 1, deliveries: made.length } : { unmatched: 1 });
  }
  await tx.advance(SUBSCRIBER, last.topic, last.lane, last.position + 1);
}

/** Writes what came of an attempt: the outcome that ends the delivery, or its next try; with the attempt's meter. */
export async function recordAttempt(
  tx: Transaction,
  delivery: Delivery,
  { step, now, meter, meterIn, error }: { step: NextStep; now: number; meter?: MeterRecord; meterIn: MeterIn; error?: string },
): Promise<void> {
  const current = await tx.get(deliveries, [delivery.id]);
  if (current === undefined) return;
  if (meter) await meterIn(tx, meter);
  if (step.step === 'retry') {
    await add(tx, delivery, { attempts: meter ? 1 : 0 });
    await tx.put(deliveries, {
      ...delivery,
      nextAt: step.at,
      retryAt: step.at,
      ...(error === undefined ? {} : { lastError: error }),
    });
    return;
  }
  const { id, account, region, topic, lane, position, subscriber, target, attempts, acceptedAt } = delivery;
  const outcome: DeliveryOutcome = {
    id,
    account,
    region,
    topic,
    lane,
    position,
    subscriber,
    target,
    attempts,
    acceptedAt,
    kind: step.outcome,
    reason: step.reason,
    time: now,
  };
  await tx.delete(deliveries, [id]);
  await tx.put(outcomes, outcome);
  await add(tx, delivery, { attempts: meter ? 1 : 0, [step.outcome]: 1 });
}

async function add(tx: Transaction, at: { account: string; region: string; topic: string }, sums: Sums): Promise<void> {
  const page = (await tx.get(books, [at.account, at.region, at.topic])) ?? emptyBooks(at.account, at.region, at.topic);
  const next: Record<string, unknown> = { ...page };
  for (const [name, more] of Object.entries(sums)) next[name] = (next[name] as number) + more;
  await tx.put(books, next as unknown as Books);
}

/** Ends of deliveries older than this go. */
export const OUTCOME_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/** Deletes up to 500 old outcomes; resolves to whether more are left. */
export async function sweepOutcomes(tx: Transaction, clock: Clock): Promise<boolean> {
  const { items } = await tx.range(outcomes, { index: 'time', to: [clock.now() - OUTCOME_AGE_MS], limit: 500 });
  for (const { id } of items) await tx.delete(outcomes, [id]);
  return items.length === 500;
}
