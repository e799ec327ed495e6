import { type Clock, MIB } from '../kernel/index.ts';
import type { Sandbox } from '../sandbox/index.ts';

const EVERY_MS = 1000;

/** The most memory that an environment was seen to use, over all its processes. */
export class MemoryWatch {
  /** MiB, rounded up. */
  max = 0;
  readonly #clock: Clock;
  #measuredAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async measure(sandbox: Sandbox | undefined): Promise<void> {
    if (!sandbox) return;
    this.#measuredAt = this.#clock.monotonic();
    const memory = await sandbox.memory().catch(() => undefined); // it may have ended
    if (memory) this.max = Math.max(this.max, Math.ceil(memory.peak / MIB));
  }

  /** The same now and then, while nobody waits. */
  sample(sandbox: Sandbox | undefined): void {
    if (this.#clock.monotonic() - this.#measuredAt > EVERY_MS) void this.measure(sandbox);
  }
}
