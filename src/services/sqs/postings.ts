import type { Bells } from './bells.ts';
import type { Letter } from './message.ts';
import type { Queue } from './queue.ts';

/** One message on its way into a queue. */
export interface Posting {
  readonly queue: Queue;
  readonly letter: Letter;
  /** Epoch ms. */
  readonly now: number;
  readonly delayMs: number;
  /** What it had been through before, when it comes from another queue. */
  readonly receives?: { readonly receives: number; readonly firstAt?: number; readonly lastAt?: number };
}

/** One receive. */
export interface Taking {
  readonly queue: Queue;
  readonly max: number;
  readonly visibilityMs: number;
  /** Epoch ms. */
  readonly now: number;
  readonly bells: Pick<Bells, 'ringAfter'>;
  /** FIFO: asks for the same messages again as an earlier receive with this id. */
  readonly attemptId?: string;
}

/** A change of one received message's visibility. */
export interface Hiding {
  readonly queue: Queue;
  readonly handle: string;
  /** Epoch ms until which it stays hidden; now: it can be received at once. */
  readonly until: number;
  readonly now: number;
}
