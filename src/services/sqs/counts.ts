import type { Reader, Transaction } from '../../kernel/index.ts';
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
  await tx.put(counts, { box, shard, total: (before?.total ?? 0) + by });
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
