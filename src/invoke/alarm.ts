import type { Clock } from '../kernel/index.ts';

/**
 * A deadline that moves on with every call and costs no timer each: the timer that is set is let run, and looks, when it fires, whether
 * the deadline is still the one it was set for.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Number.POSITIVE_INFINITY;
  #armedFor = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings once at this time of the monotonic clock, ms; replaces what was set before. */
  set(at: number): void {
    this.#at = at;
    if (at < this.#armedFor) this.#arm();
  }

  clear(): void {
    this.#at = Number.POSITIVE_INFINITY;
  }

  /** Also frees the timer. */
  dispose(): void {
    this.clear();
    this.#cancel?.();
  }

  #arm(): void {
    this.#cancel?.();
    this.#armedFor = this.#at;
    this.#cancel = this.#clock.after(Math.max(0, Math.ceil(this.#at - this.#clock.monotonic())), () => this.#fired());
  }

  #fired(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    if (this.#at === Number.POSITIVE_INFINITY) return;
    if (this.#at > this.#clock.monotonic()) return void this.#arm();
    this.#at = Number.POSITIVE_INFINITY;
    this.#ring();
  }
}
