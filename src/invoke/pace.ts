import type { Clock } from '../kernel/index.ts';

/** The kernel's period of a CPU quota, ms. */
const PERIOD_MS = 100;
/** What an environment may use of its quota in a period before others get the calls: the rest is for collection, compilation and the runtime. */
const SHARE = 0.6;
/** What a call costs the runtime besides the handler, ms. */
const OVERHEAD_MS = 0.02;

/** How an environment stands with its CPU quota: one that has used it up would be stopped by the kernel in the middle of its next call. */
export class Pace {
  /** The last call's length, ms. */
  lastMs = Number.POSITIVE_INFINITY;
  readonly #clock: Clock;
  readonly #budgetMs: number;
  #periodStart = 0;
  #usedMs = 0;

  /** cpus: share of one core. */
  constructor(clock: Clock, cpus: number) {
    this.#clock = clock;
    this.#budgetMs = cpus >= 1 ? Number.POSITIVE_INFINITY : cpus * PERIOD_MS * SHARE;
  }

  /** A call ended. exact: by the runtime's own clock; else the platform's queues are in it, and it says nothing about the CPU. */
  lasted(ms: number, exact: boolean): void {
    this.lastMs = exact ? ms : Number.POSITIVE_INFINITY;
    if (!exact || this.#budgetMs === Number.POSITIVE_INFINITY) return;
    this.#turn();
    this.#usedMs += ms + OVERHEAD_MS;
  }

  get spent(): boolean {
    if (this.#usedMs < this.#budgetMs) return false;
    this.#turn();
    return this.#usedMs >= this.#budgetMs;
  }

  #turn(): void {
    const now = this.#clock.monotonic();
    if (now - this.#periodStart < PERIOD_MS) return;
    this.#periodStart = now;
    this.#usedMs = 0;
  }
}
