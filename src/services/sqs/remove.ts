import type { Transaction } from '../../kernel/index.ts';
import { addToCount } from './counts.ts';
import { hideFifo, removeFifo } from './fifo.ts';
import type { Hiding } from './postings.ts';
import { boxOf, type Queue } from './queue.ts';
import { hideStandard, removeStandard } from './standard.ts';

/** Deletes a received message in the caller's transaction; what is not there any more is passed over. Throws as removeFifo does. */
export async function remove(tx: Transaction, queue: Queue, { handle, now }: Pick<Hiding, 'handle' | 'now'>): Promise<boolean> {
  const removed = queue.fifo ? await removeFifo(tx, queue, { handle, now }) : await removeStandard(tx, queue, handle);
  if (removed) await addToCount(tx, boxOf(queue), { now, by: -1 });
  return removed;
}

/** Changes until when a message in flight is hidden, in the caller's transaction. */
export function hide(tx: Transaction, hiding: Hiding): Promise<void> {
  return hiding.queue.fifo ? hideFifo(tx, hiding) : hideStandard(tx, hiding);
}
