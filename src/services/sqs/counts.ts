import { type Collection, isFailure, type Reader, type Store, type Transaction } from '../../kernel/index.ts';
import { counts, fifoMessages, messages } from './collections.ts';
import { boxOf, type Queue } from './queue.ts';

/** Adds to the number of messages in a box. Any of its sixteen rows will do: only their sum means something; now is the die. */
export async function addToCount(
  tx: Transaction,
  box: string,
  { now, by }: { readonly now: number; readonly by: number },
): Promise<void> {
  if (by === 0) return;
  const shard = (now % 16).toString(16);
  const before = await tx.get(counts, [box, shard]);
  try {
    await tx.put(counts, { box, shard, total: (before?.total ?? 0) + by });
  } catch (error) {
    // What takes away must work on a full disk as well; the sweep puts the count right.
    if (by > 0 || !isFailure(error, 'StoreFull')) throw error;
  }
}

/** Most that a store counts in one call. */
const COUNTABLE = 100_000;
/** No message is hidden for longer than twelve hours. */
const FURTHEST_MS = 12 * 60 * 60 * 1000 + 1;

/** Puts the count of a queue right when it is not; larger ones are left until they are smaller. Costs about 5 ms for 100,000 messages. */
export async function recount(store: Store, queue: Queue): Promise<void> {
  const box = boxOf(queue);
  const look = async (from: Reader) => {
    const rows = (await from.range(counts, { prefix: [box], limit: 100 })).items;
    const total = rows.reduce((sum, row) => sum + row.total, 0);
    const there = await (queue.fifo ? from.count(fifoMessages, [box]) : from.count(messages, [box]));
    return { rows, there, wrong: there < COUNTABLE && there !== total };
  };
  if (!(await look(store.read)).wrong) return;
  await store.transact(async (tx) => {
    const { rows, there, wrong } = await look(tx);
    if (!wrong) return;
    for (const { shard } of rows) await tx.delete(counts, [box, shard]);
    await tx.put(counts, { box, shard: '0', total: there });
  });
}

export interface Backlog {
  /** Can be received now. */
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** What is in a queue at epoch ms now. Reads at most 16 small rows and two ranges of an index, whatever the backlog. */
export async function backlogOf(from: Reader, queue: Queue, now: number): Promise<Backlog> {
  const rows = await from.range(counts, { prefix: [boxOf(queue)], limit: 100 });
  const total = rows.items.reduce((sum, row) => sum + row.total, 0);
  const { hidden, delayed } = await hiddenIn(from, queue, now);
  return { visible: Math.max(total - hidden, 0), inFlight: Math.max(hidden - delayed, 0), delayed };
}

/** How many messages of a queue are in flight at epoch ms now. Costs about 5 ms for 100,000. */
export async function inFlight(from: Reader, queue: Queue, now: number): Promise<number> {
  const { hidden, delayed } = await hiddenIn(from, queue, now);
  return Math.max(hidden - delayed, 0);
}

/** Those in flight and those delayed, and the latter alone. */
async function hiddenIn(from: Reader, queue: Queue, now: number): Promise<{ hidden: number; delayed: number }> {
  const at = { from, box: boxOf(queue), after: now };
  return queue.fifo
    ? { hidden: await countAfter(at, fifoMessages, 'hidden'), delayed: await countAfter(at, fifoMessages, 'delayed') }
    : { hidden: await countAfter(at, messages, 'ready'), delayed: await countAfter(at, messages, 'delayed') };
}

interface Counting {
  readonly from: Reader;
  readonly box: string;
  /** Epoch ms. */
  readonly after: number;
}

/** What an index by time has after a time: where that is more than a store counts in one call, halves of the time are counted. */
async function countAfter<D>({ from, box, after }: Counting, kind: Collection<D>, index: string): Promise<number> {
  const between = async (low: number, high: number): Promise<number> => {
    const some = await from.count(kind, [box], { index, from: [low], to: [high] });
    if (some < COUNTABLE || high - low <= 1) return some;
    const middle = Math.floor((low + high) / 2);
    return (await between(low, middle)) + (await between(middle, high));
  };
  const some = await from.count(kind, [box], { index, from: [after + 1] });
  return some < COUNTABLE ? some : between(after + 1, after + FURTHEST_MS);
}
