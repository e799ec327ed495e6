import type { Clock } from '../kernel/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { Alarm } from './alarm.ts';

/** Freezes a sandbox that has had nothing to do for a while; a new call before that costs nothing. Freeze and thaw never overlap. */
export class Freezer {
  frozen = false;
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #alarm: Alarm;
  #sandbox: Sandbox | undefined;
  #last: Promise<void> = Promise.resolve();
  #succeeded = false;

  constructor(clock: Clock, afterMs: number) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#alarm = new Alarm(clock, () => this.#freeze());
  }

  /** A call begins; failed is called if it cannot be thawed. */
  wake(sandbox: Sandbox, failed: (error: unknown) => void): void {
    this.#alarm.clear();
    if (this.frozen) this.resume(sandbox).catch(failed);
  }

  /** A call is over. */
  release(sandbox: Sandbox): void {
    this.#sandbox = sandbox;
    this.#alarm.set(this.#clock.monotonic() + this.#afterMs);
  }

  /** Thaws; rejects when that fails. Nothing happens if it is not frozen. */
  resume(sandbox: Sandbox): Promise<void> {
    if (!this.frozen) return this.#last;
    this.frozen = false;
    this.#last = this.#last.then(() => (this.#succeeded ? sandbox.thaw() : undefined));
    return this.#last;
  }

  /** The sandbox is gone. */
  forget(): void {
    this.#alarm.clear();
    this.#sandbox = undefined;
    this.frozen = false;
    this.#last = Promise.resolve();
  }

  dispose(): void {
    this.#alarm.dispose();
  }

  #freeze(): void {
    const sandbox = this.#sandbox;
    if (!sandbox) return;
    this.frozen = true;
    this.#last = this.#last
      .then(() => sandbox.freeze())
      .then(
        () => {
          this.#succeeded = true;
        },
        () => {
          this.#succeeded = false; // it ended meanwhile, or goes on unfrozen
        },
      );
  }
}
