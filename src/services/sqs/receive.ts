import type { Clock, Store } from '../../kernel/index.ts';
import type { Bells } from './bells.ts';
import { nextFifo, takeFifo } from './fifo.ts';
import type { Taken } from './message.ts';
import type { Taking } from './postings.ts';
import { boxOf, type Queue, queueArn } from './queue.ts';
import { nextStandard, takeStandard } from './standard.ts';

export interface Receiving {
  readonly store: Store;
  readonly bells: Bells;
  readonly clock: Clock;
}

/**
 * One receive in a transaction of its own. Answers at once, with none when there are none. The messages are durable; that they are hidden
 * is, when nobody outside was told (`awaits` is `reads`), only a moment later: a crash in between shows them again at once.
 */
export async function receive(
  { store, bells, clock }: Receiving,
  queue: Queue,
  { awaits, ...asked }: Pick<Taking, 'max' | 'visibilityMs' | 'attemptId'> & { readonly awaits?: 'reads' },
): Promise<readonly Taken[]> {
  const now = clock.now();
  const taking = { ...asked, queue, now, bells };
  const taken = await store.transact((tx) => (queue.fifo ? takeFifo(tx, taking) : takeStandard(tx, taking)), awaits);
  if (taken.length === 0) return taken;
  const arn = queueArn(queue);
  bells.ringAt(arn, now + asked.visibilityMs);
  if (taken.length === asked.max) bells.ring(arn); // There may be more, for whoever waits beside.
  return taken;
}

/** Sets the bell to the next message that becomes visible by itself. */
export async function expectNext({ store, bells, clock }: Receiving, queue: Queue): Promise<void> {
  const now = clock.now();
  const next = await (queue.fifo ? nextFifo : nextStandard)(store.read, boxOf(queue), now);
  if (next !== undefined) bells.ringAt(queueArn(queue), next);
}
