import { describe, Rounds, type Service } from '../../kernel/index.ts';
import {
  type CountMetric,
  joinValues,
  type MetricValues,
  type OpenMetrics,
  type RecordedMetric,
  valuesOf,
} from '../../model/index.ts';
import type { MonitoringDeps } from './deps.ts';
import { dimensionsText } from './known-metrics.ts';
import { recordValues } from './record-values.ts';
import { createTallies, type Tallies } from './tallies.ts';

const MINUTE = 60_000;
/** Metrics that wait to be written; what comes for more is not counted. */
const MOST = 10_000;
/** Written by one transaction. */
const SLICE = 500;

/** What the platform itself counts: summed up in memory, written each minute and at the end. A crash loses what waits. */
export class Counts implements Service {
  readonly #deps: MonitoringDeps;
  readonly #tallies: Tallies;
  #waiting = new Map<string, RecordedMetric>();
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

  readonly count: CountMetric = ({ account, region }, metric, value) => {
    const now = this.#deps.clock.now();
    const time = now - (now % MINUTE);
    let key = `${account}/${region}/${metric.namespace}/${metric.name}/${metric.unit}/${time}`;
    for (const name in metric.dimensions) key += `/${name}=${metric.dimensions[name]}`;
    const known = this.#waiting.get(key);
    if (!known && this.#waiting.size >= MOST) return;
    const values: MetricValues = known ? joinValues(known.values, valuesOf(value)) : valuesOf(value);
    this.#waiting.set(key, known ? { ...known, values } : this.#begun({ account, region }, metric, { time, values }));
  };

  /** The same for what is counted with every call. */
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
    const waiting = [...this.#waiting.values(), ...this.#tallies.take()];
    this.#waiting = new Map();
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

  #begun(
    { account, region }: Parameters<CountMetric>[0],
    { namespace, name, unit, dimensions }: Parameters<CountMetric>[1],
    { time, values }: { readonly time: number; readonly values: MetricValues },
  ): RecordedMetric {
    const pairs = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    return { account, region, namespace, name, unit, dimensions: dimensionsText(pairs), time, fine: false, values };
  }
}
