import { isFailure, type Reader, type Store, type Transaction } from '../../kernel/index.ts';
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
  const prefix = [boxOf(queue)];
  const later = { from: [now + 1] };
  const rows = await from.range(counts, { prefix, limit: 100 });
  const hidden = queue.fifo
    ? await from.count(fifoMessages, prefix, { index: 'hidden', ...later })
    : await from.count(messages, prefix, { index: 'ready', ...later });
  const delayed = queue.fifo
    ? await from.count(fifoMessages, prefix, { index: 'delayed', ...later })
    : await from.count(messages, prefix, { index: 'delayed', ...later });
  const total = rows.items.reduce((sum, row) => sum + row.total, 0);
  return { visible: Math.max(total - hidden, 0), inFlight: Math.max(hidden - delayed, 0), delayed };
}
