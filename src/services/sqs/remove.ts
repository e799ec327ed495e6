import type { Transaction } from '../../kernel/index.ts';
import { addToCount } from './counts.ts';
import { hideFifo, removeFifo } from './fifo.ts';
import type { Hiding } from './postings.ts';
import { boxOf, type Queue } from './queue.ts';
import { hideStandard, removeStandard } from './standard.ts';

/** Deletes a received message in the caller's transaction; what is not there any more is passed over. Throws as removeFifo does. */
export async function remove(tx: Transaction, queue: Queue, { handle, now }: Pick<Hiding, 'handle' | 'now'>): Promise<void> {
  if (await removeUncounted(tx, queue, { handle, now })) await addToCount(tx, boxOf(queue), { now, by: -1 });
}

/** The same for many that are counted together afterwards. Resolves false when it was not there. */
export function removeUncounted(
  tx: Transaction,
  queue: Queue,
  { handle, now }: Pick<Hiding, 'handle' | 'now'>,
): Promise<boolean> {
  return queue.fifo ? removeFifo(tx, queue, { handle, now }) : removeStandard(tx, queue, handle);
}

/** Changes until when a message in flight is hidden, in the caller's transaction. */
export function hide(tx: Transaction, hiding: Hiding): Promise<void> {
  return hiding.queue.fifo ? hideFifo(tx, hiding) : hideStandard(tx, hiding);
}
