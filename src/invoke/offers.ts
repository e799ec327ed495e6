import type { Duplex } from 'node:stream';
import type { Tickets } from '../sandbox/index.ts';

/**
 * Calls that are handed to a runtime ahead of their turn, so that neither side sleeps between two of them: waking up costs several times
 * what a short call does (bench: warm invoke, 16 in flight). A ticket decides who has an offer, the runtime that begins it or the platform
 * that takes it back, however busy the runtime is. What one turn offers leaves together.
 */
export class Offers {
  readonly #tickets: Tickets;
  readonly #socket: Duplex;
  #numbers: number[] = [];
  #frames: Buffer[] = [];
  #leaving: NodeJS.Immediate | undefined;

  constructor(tickets: Tickets, socket: Duplex) {
    this.#tickets = tickets;
    this.#socket = socket;
  }

  add(number: number, frame: Buffer): void {
    this.#numbers.push(number);
    this.#frames.push(frame);
    this.#leaving ??= setImmediate(() => this.#leave());
  }

  /** All that the runtime has not begun. running: what it is believed to run; that stays with it even if it has not begun it yet. */
  takeBack(running: number | undefined): ReadonlySet<number> {
    const back = new Set([...this.#tickets.takeBack(), ...this.#numbers]);
    this.close();
    if (running !== undefined && back.delete(running)) this.#tickets.put([running]);
    return back;
  }

  /** Forgets what has not left yet. */
  close(): void {
    if (this.#leaving) clearImmediate(this.#leaving);
    this.#leaving = undefined;
    this.#numbers = [];
    this.#frames = [];
  }

  #leave(): void {
    this.#tickets.put(this.#numbers);
    this.#socket.write(this.#frames.length === 1 ? this.#frames[0]! : Buffer.concat(this.#frames));
    this.close();
  }
}
