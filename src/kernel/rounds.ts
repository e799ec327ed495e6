import type { Clock } from './clock.ts';
import type { Service } from './lifecycle.ts';

export interface RoundsOptions {
  readonly clock: Clock;
  /** From the start to the first round; everyMs if not given. */
  readonly firstMs?: number;
  /** From the end of one round to the next. */
  readonly everyMs: number;
  /** A number that it answers is the time to the next one, in ms; Infinity waits to be woken. The signal aborts with the stop: a long round ends early. */
  readonly round: (signal: AbortSignal) => Promise<unknown>;
  /** What a round threw; the next one comes all the same. Not told once stopped. */
  readonly failed: (error: unknown) => void;
}

/** Work that comes round: one at a time, from the start until the stop, which begins no further one and waits for the one that runs. It can be started again. */
export class Rounds implements Service {
  readonly #options: RoundsOptions;
  #ending = new AbortController();
  #cancel: () => void = () => {};
  #running: Promise<void> | undefined;
  #started = false;
  #woken = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** A long round ends early when this is true. */
  get stopped(): boolean {
    return this.#ending.signal.aborted;
  }

  async start(): Promise<void> {
    if (this.stopped) this.#ending = new AbortController();
    this.#started = true;
    this.#again(this.#options.firstMs ?? this.#options.everyMs);
  }

  /** There is something to do: a round begins now, or when the one that runs has ended, which may have looked already. Nothing before the start. */
  wake(): void {
    if (!this.#started) return;
    if (this.#running) this.#woken = true;
    else this.#begin();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#ending.abort();
    this.#cancel();
    await this.#running;
  }

  #again(ms: number): void {
    if (!this.stopped) this.#cancel = this.#options.clock.after(ms, () => this.#begin());
  }

  #begin(): void {
    this.#cancel();
    this.#running = this.#round();
  }

  async #round(): Promise<void> {
    const { round, failed, everyMs } = this.#options;
    let next = everyMs;
    try {
      const answer = await round(this.#ending.signal);
      if (typeof answer === 'number') next = answer;
    } catch (error) {
      if (!this.stopped) failed(error);
    }
    this.#running = undefined;
    this.#again(this.#woken ? 0 : next);
    this.#woken = false;
  }
}
