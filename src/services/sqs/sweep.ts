import type { Clock, Collection, Key, Range, Store, Transaction } from '../../kernel/index.ts';
import {
  attempts,
  counts,
  deduplications,
  fifoMessages,
  type Grave,
  graves,
  groups,
  messages,
  queues,
  sequences,
  turns,
} from './collections.ts';
import { addToCount, recount } from './counts.ts';
import { settleGroup } from './groups.ts';
import type { FifoMessage, Message } from './message.ts';
import { firstIdAt } from './message-ids.ts';
import { boxOf, type Queue } from './queue.ts';
import { turnsTaken } from './turns.ts';

/** Rows that one transaction removes, so that others get their turn. */
const SLICE = 200;
const PERIOD_MS = 60_000;
/** A send or receive that was under way when its queue went has long ended by then. */
const GRAVE_MS = 5 * 60_000;

export interface SweepDeps {
  readonly store: Store;
  readonly clock: Clock;
}

/** Frees the room of what was deleted, purged, or is past its time. Resolves to the ms until it should run again. */
export async function sweep(deps: SweepDeps, signal: AbortSignal): Promise<number> {
  const { store, clock } = deps;
  for (const grave of (await store.read.range(graves, { limit: 100 })).items) await sweepGrave(deps, grave, signal);
  for (const kind of [deduplications, attempts]) {
    const range = { index: 'expiry', to: [clock.now() + 1] };
    await removeAll(store, { kind: kind as unknown as Collection<Row>, range, signal });
  }
  for await (const queue of allQueues(deps, signal)) {
    await sweepQueue(deps, queue, signal);
    await recount(store, queue);
  }
  return PERIOD_MS;
}

type Row = Readonly<Record<string, unknown>>;

interface Removal {
  readonly kind: Collection<Row>;
  readonly range: Omit<Range, 'limit'>;
  readonly signal: AbortSignal;
}

/** Removes a range, a slice a transaction. */
async function removeAll(store: Store, { kind, range, signal }: Removal): Promise<void> {
  while (!signal.aborted) {
    const { items } = await store.read.range(kind, { ...range, limit: SLICE });
    if (items.length === 0) return;
    await store.transact(async (tx) => {
      for (const item of items) await tx.delete(kind, kind.key.map((field) => item[field]) as unknown as Key);
    });
  }
}

/** Removes all messages of a box; only deletes, so that it works on a full disk too. */
export async function emptyBox(store: Store, { box, fifo }: Pick<Grave, 'box' | 'fifo'>, signal: AbortSignal): Promise<void> {
  const range = { prefix: [box] };
  for (const kind of fifo ? [fifoMessages, groups, attempts] : [messages, turns])
    await removeAll(store, { kind: kind as unknown as Collection<Row>, range, signal });
}

/** Empties a grave, and closes it when nothing can come into it any more. */
async function sweepGrave({ store, clock }: SweepDeps, grave: Grave, signal: AbortSignal): Promise<void> {
  await emptyBox(store, grave, signal);
  const range = { prefix: [grave.box] };
  if (signal.aborted || clock.now() < grave.since + GRAVE_MS) return;
  await removeAll(store, { kind: counts as unknown as Collection<Row>, range, signal });
  await store.transact(async (tx) => {
    if (grave.queue !== undefined) await tx.delete(sequences, [grave.queue]);
    await tx.delete(graves, [grave.box]);
  });
}

async function* allQueues({ store }: SweepDeps, signal: AbortSignal): AsyncGenerator<Queue> {
  let after: Key | undefined;
  do {
    const page = await store.read.range(queues, { ...(after ? { after } : {}), limit: 100 });
    yield* page.items;
    after = page.next;
    await new Promise(setImmediate); // Others get their turn.
  } while (after && !signal.aborted);
}

/** Removes what is past the retention of its queue. */
async function sweepQueue({ store, clock }: SweepDeps, queue: Queue, signal: AbortSignal): Promise<void> {
  const now = clock.now();
  const before = now - queue.settings.retentionMs;
  const box = boxOf(queue);
  for (let removed = SLICE; removed > 0 && !signal.aborted; ) {
    const { items } = queue.fifo
      ? await store.read.range(fifoMessages, { index: 'age', prefix: [box], to: [before + 1], limit: SLICE })
      : await store.read.range(messages, { prefix: [box], to: [firstIdAt(before + 1)], limit: SLICE });
    removed = items.length;
    if (removed === 0) return;
    await store.transact(async (tx) => {
      let gone = 0;
      for (const item of items) {
        const one = 'id' in item ? await tx.delete(messages, [box, item.id]) : await expire(tx, item, now);
        if (one) gone++;
      }
      if (queue.fair) await turnsTaken(tx, items as readonly Message[]);
      await addToCount(tx, box, { now, by: -gone });
    });
  }
}

async function expire(tx: Transaction, { box, group, sequence }: FifoMessage, now: number): Promise<boolean> {
  if (!(await tx.delete(fifoMessages, [box, group, sequence]))) return false;
  const its = await tx.get(groups, [box, group]);
  if (its) await settleGroup(tx, { ...its, flights: its.flights.filter(([other]) => other !== sequence) }, now);
  return true;
}
