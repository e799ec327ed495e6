import { describe, type Key, Rounds, type Service } from '../../kernel/index.ts';
import { joinValues } from '../../model/index.ts';
import { forgetHistory } from './alarm-history.ts';
import { type Metric, type MetricPoint, metrics, points, tiers } from './collections.ts';
import type { MonitoringDeps } from './deps.ts';

const EVERY_MS = 60_000;
/** Metrics looked at in one round; the next round goes on behind them. */
const METRICS_A_ROUND = 1000;
/** Rows that one transaction moves, so that others get their turn. */
const SLICE = 300;

type Tier = (typeof tiers)[number];

/**
 * Moves values that became old into longer periods, and removes those that are too old, and their metrics. A round every minute; what
 * comes late is only kept longer in the short periods. Each slice is one transaction: a value is never in two periods, nor in none.
 */
export class Sweep implements Service {
  readonly #deps: MonitoringDeps;
  #after: Key | undefined;
  readonly #rounds: Rounds;

  constructor(deps: MonitoringDeps) {
    this.#deps = deps;
    this.#rounds = new Rounds({
      clock: deps.clock,
      everyMs: EVERY_MS,
      round: () => this.round(),
      failed: (error) => deps.logger.warn('old values of metrics could not be moved', { error: describe(error) }),
    });
  }

  async start(): Promise<void> {
    await this.#rounds.start();
  }

  async stop(_deadline: AbortSignal): Promise<void> {
    await this.#rounds.stop();
  }

  /** The next thousand metrics, and what became of alarms a month ago. */
  async round(): Promise<void> {
    const { store, clock } = this.#deps;
    const page = await store.read.range(metrics, { limit: METRICS_A_ROUND, ...(this.#after ? { after: this.#after } : {}) });
    for (const metric of page.items) {
      for (const tier of tiers) await this.#age(metric, tier);
      await this.#forget(metric);
    }
    this.#after = page.next;
    await store.transact((tx) => forgetHistory(tx, clock.now(), SLICE));
  }

  /** Moves what is older than the tier keeps. */
  async #age({ id, fine }: Metric, tier: Tier): Promise<void> {
    const { store, clock } = this.#deps;
    if (tier.period === 1 && !fine) return;
    const whole = ('next' in tier ? tier.next : tier.period) * 1000;
    const end = clock.now() - tier.keptMs;
    const to = [Math.max(0, end - (end % whole))];
    const old = { prefix: [id, tier.period], to, limit: SLICE };
    if ((await store.read.range(points, { ...old, limit: 1 })).items.length === 0) return;
    for (let more = true; more && !this.#rounds.stopped; ) {
      more = await store.transact(async (tx) => {
        const { items, next } = await tx.range(points, old);
        const joined = new Map<string, MetricPoint>();
        for (const point of items) {
          await tx.delete(points, [id, tier.period, point.time, point.unit]);
          if (!('next' in tier)) continue;
          const time = point.time - (point.time % whole);
          const key = `${time}/${point.unit}`;
          const known = joined.get(key) ?? (await tx.get(points, [id, tier.next, time, point.unit]));
          const place = { metric: id, period: tier.next, time, unit: point.unit };
          joined.set(key, { ...place, ...(known ? joinValues(known, point) : withoutPlace(point)) });
        }
        for (const point of joined.values()) await tx.put(points, point);
        return next !== undefined;
      });
    }
  }

  /** The metric itself goes when its last values are gone. */
  async #forget(metric: Metric): Promise<void> {
    const { store, clock } = this.#deps;
    const kept = tiers[tiers.length - 1]!.keptMs;
    if (metric.last > clock.now() - kept) return;
    const { account, region, namespace, name, dimensions, id } = metric;
    await store.transact(async (tx) => {
      const current = await tx.get(metrics, [account, region, namespace, name, dimensions]);
      const [left] = (await tx.range(points, { prefix: [id], limit: 1 })).items;
      if (current?.last === metric.last && !left) await tx.delete(metrics, [account, region, namespace, name, dimensions]);
    });
  }
}

function withoutPlace({ count, sum, min, max, bins }: MetricPoint) {
  return bins === undefined ? { count, sum, min, max } : { count, sum, min, max, bins };
}
