import type { Clock } from './clock.ts';
import type { Service } from './lifecycle.ts';

export interface RoundsOptions {
  readonly clock: Clock;
  /** From the end of one round to the next. */
  readonly everyMs: number;
  /** A number that it answers is the time to the next one, in ms. */
  readonly round: () => Promise<unknown>;
  /** What a round threw; the next one comes all the same. Not told once stopped. */
  readonly failed: (error: unknown) => void;
}

/** Work that comes round: one at a time, the first everyMs after the start. Stop begins no further one and waits for the one that runs. */
export class Rounds implements Service {
  readonly #options: RoundsOptions;
  #cancel: () => void = () => {};
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** A long round ends early when this is true. */
  get stopped(): boolean {
    return this.#stopped;
  }

  async start(): Promise<void> {
    this.#again(this.#options.everyMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#running;
  }

  #again(ms: number): void {
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.after(ms, () => {
      this.#running = this.#round();
    });
  }

  async #round(): Promise<void> {
    const { round, failed, everyMs } = this.#options;
    let next = everyMs;
    try {
      const answer = await round();
      if (typeof answer === 'number') next = answer;
    } catch (error) {
      if (!this.#stopped) failed(error);
    }
    this.#again(next);
  }
}
