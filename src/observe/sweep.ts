import type { Clock, Key, Store, Transaction } from '../kernel/index.ts';
import { type LogGroup, logChunks, logGraves, logGroups, logStreams } from '../model/index.ts';

const DAY = 86_400_000;
/** Rows that one transaction removes, so that others get their turn. */
const SLICE = 200;
/** Transactions of one sweep; the next one goes on. */
const MOST_SLICES = 500;

/** Removes what retention and deletions left to remove. Resolves to the number of rows that went. */
export async function sweepLogs(store: Store, clock: Clock, signal: AbortSignal): Promise<number> {
  let gone = 0;
  let left = MOST_SLICES;
  const slices = async (remove: (tx: Transaction) => Promise<number>) => {
    for (let removed = SLICE; removed === SLICE && left > 0 && !signal.aborted; left--) {
      removed = await store.transact(remove);
      gone += removed;
    }
    return left > 0 && !signal.aborted;
  };
  for (const grave of (await store.read.range(logGraves, { limit: 100 })).items) {
    const prefix: Key = grave.stream === '' ? [grave.id] : [grave.id, grave.stream];
    if (!(await slices((tx) => removeChunks(tx, prefix)))) return gone;
    if (grave.stream === '' && !(await slices((tx) => removeStreams(tx, grave.id)))) return gone;
    await store.transact((tx) => tx.delete(logGraves, [grave.id, grave.stream]));
  }
  for await (const group of groupsWithRetention(store)) {
    const before = clock.now() - group.retentionDays! * DAY;
    if (!(await slices((tx) => removeOlder(tx, group.id, before)))) return gone;
  }
  return gone;
}

async function removeChunks(tx: Transaction, prefix: Key): Promise<number> {
  const { items } = await tx.range(logChunks, { prefix, limit: SLICE });
  for (const { group, stream, first, seq } of items) await tx.delete(logChunks, [group, stream, first, seq]);
  return items.length === 0 ? 0 : SLICE;
}

async function removeStreams(tx: Transaction, group: string): Promise<number> {
  const { items } = await tx.range(logStreams, { prefix: [group], limit: SLICE });
  for (const stream of items) await tx.delete(logStreams, [group, stream.name]);
  return items.length;
}

/** Whole chunks whose last event is too old. */
async function removeOlder(tx: Transaction, group: string, before: number): Promise<number> {
  const { items } = await tx.range(logChunks, { index: 'time', prefix: [group], to: [Math.max(before, 0)], limit: SLICE });
  const old = items.filter((chunk) => chunk.last < before);
  for (const { stream, first, seq } of old) await tx.delete(logChunks, [group, stream, first, seq]);
  return old.length === 0 ? 0 : SLICE;
}

async function* groupsWithRetention(store: Store): AsyncIterable<LogGroup> {
  let after: Key | undefined;
  do {
    const page = await store.read.range(logGroups, { ...(after ? { after } : {}), limit: 1000 });
    yield* page.items.filter((group) => group.retentionDays !== undefined);
    after = page.next;
  } while (after);
}
