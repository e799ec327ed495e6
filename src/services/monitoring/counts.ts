import { describe, Rounds, type Service } from '../../kernel/index.ts';
import type { OpenMetrics } from '../../model/index.ts';
import type { MonitoringDeps } from './deps.ts';
import { recordValues } from './record-values.ts';
import { createTallies, type Tallies } from './tallies.ts';

const MINUTE = 60_000;
/** Written by one transaction. */
const SLICE = 500;

/** What the platform itself counts: summed up in memory, written when each minute is over and at the end. A crash loses what waits. */
export class Counts implements Service {
  readonly #deps: MonitoringDeps;
  readonly #tallies: Tallies;
  readonly #rounds: Rounds;

  constructor(deps: MonitoringDeps) {
    this.#deps = deps;
    this.#tallies = createTallies(() => deps.clock.now());
    this.#rounds = new Rounds({
      clock: deps.clock,
      firstMs: this.#untilNextMinute(),
      everyMs: MINUTE,
      round: async () => {
        await this.flush();
        return this.#untilNextMinute();
      },
      failed: () => {}, // flush tells its failures itself
    });
  }

  readonly open: OpenMetrics = (family) => this.#tallies.open(family);

  async start(): Promise<void> {
    await this.#rounds.start();
  }

  async stop(_deadline: AbortSignal): Promise<void> {
    await this.#rounds.stop();
    await this.flush();
  }

  /** Writes what waits. Never rejects. */
  async flush(): Promise<void> {
    const waiting = this.#tallies.take();
    try {
      for (let i = 0; i < waiting.length; i += SLICE) {
        await recordValues(this.#deps, waiting.slice(i, i + SLICE), this.#deps.clock.now());
      }
    } catch (error) {
      this.#deps.logger.warn('metrics of the platform could not be stored', { error: describe(error) });
    }
  }

  /** Minutes end by the clock, so that what is written together is of one of them. */
  #untilNextMinute(): number {
    return MINUTE - (this.#deps.clock.now() % MINUTE);
  }
}
