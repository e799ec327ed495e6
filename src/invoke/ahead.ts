import type { Waiter } from './function-pool.ts';
import type { RuntimeLink } from './link.ts';
import { requestOf } from './running.ts';

/** So many calls may wait in the queue of a runtime. */
const MOST = 8;

export interface Offer {
  readonly waiter: Waiter;
  readonly number: number;
  /** Monotonic ms of the offer. */
  readonly at: number;
}

/** The calls that one environment was handed ahead of their turn, in order. */
export class Ahead {
  #offers: Offer[] = [];

  get size(): number {
    return this.#offers.length;
  }

  /** False when the runtime cannot take it. */
  offer(waiter: Waiter, link: RuntimeLink | undefined, of: { readonly timeoutMs: number; readonly now: number }): boolean {
    if (!link || this.#offers.length >= MOST) return false;
    const number = link.offer(requestOf(waiter.call, of.timeoutMs));
    if (number !== undefined) this.#offers.push({ waiter, number, at: of.now });
    return number !== undefined;
  }

  /** The offer that the runtime goes on with. */
  next(): Offer | undefined {
    return this.#offers.shift();
  }

  /** Takes back what the runtime has not begun. */
  recall(link: RuntimeLink): Waiter[] {
    const back = link.takeBack();
    const returned = this.#offers.filter(({ number }) => back.has(number));
    this.#offers = this.#offers.filter(({ number }) => !back.has(number));
    return returned.map(({ waiter }) => waiter);
  }
}
