import { describe, type Key, Rounds, type Service } from '../../kernel/index.ts';
import { type Alarm, type AlarmPoint, type AlarmVerdict, judgeAlarm, SPARE_PERIODS } from '../../model/index.ts';
import { changeState } from './change-state.ts';
import { alarms } from './collections.ts';
import type { MonitoringDeps } from './deps.ts';
import { dimensionsText } from './known-metrics.ts';
import { readValues } from './read-values.ts';
import { needsDistribution, statisticOf } from './statistics.ts';

const EVERY_MS = 10_000;
const MINUTE = 60_000;

/**
 * Looks at every alarm once a minute, at those of shorter periods every ten seconds, and at new ones within ten: by the periods that are
 * over. Two of it do no harm: a state is changed only from the one that was judged.
 */
export class Evaluation implements Service {
  readonly #deps: MonitoringDeps;
  /** Epoch ms of the last look, by ARN and configuration. */
  #looked = new Map<string, number>();
  readonly #rounds: Rounds;

  constructor(deps: MonitoringDeps) {
    this.#deps = deps;
    this.#rounds = new Rounds({
      clock: deps.clock,
      everyMs: EVERY_MS,
      round: () => this.round(),
      failed: (error) => deps.logger.warn('alarms could not be evaluated', { error: describe(error) }),
    });
  }

  async start(): Promise<void> {
    await this.#rounds.start();
  }

  async stop(_deadline: AbortSignal): Promise<void> {
    await this.#rounds.stop();
  }

  /** All alarms that are due. */
  async round(): Promise<void> {
    const { store, clock } = this.#deps;
    const looked = new Map<string, number>();
    for (let after: Key | undefined; !this.#rounds.stopped; ) {
      const page = await store.read.range(alarms, { limit: 500, ...(after ? { after } : {}) });
      for (const alarm of page.items) {
        const key = `${alarm.arn}/${alarm.configured}`;
        const last = this.#looked.get(key);
        const due = last === undefined || alarm.period < 60 || clock.now() - last >= MINUTE;
        looked.set(key, due ? clock.now() : last);
        if (due && !this.#rounds.stopped) await this.#look(alarm);
      }
      if (!page.next) break;
      after = page.next;
    }
    this.#looked = looked;
  }

  async #look(alarm: Alarm): Promise<void> {
    const { store, clock, ids } = this.#deps;
    const now = clock.now();
    const found = await this.#points(alarm, now);
    const verdict = judgeAlarm(alarm, found);
    if (!verdict || verdict.state === alarm.state) return;
    const { state, reason } = verdict;
    const to = { state, reason, reasonData: reasonDataOf(alarm, verdict, now), now, event: ids.uuid() };
    await store.transact(async (tx) => {
      const current = await tx.get(alarms, [alarm.account, alarm.region, alarm.name]);
      if (current?.state === alarm.state && current.configured === alarm.configured) await changeState(tx, current, to);
    });
  }

  /** Of the periods that are over, oldest first. */
  async #points(alarm: Alarm, now: number): Promise<readonly AlarmPoint[]> {
    const periodMs = alarm.period * 1000;
    const to = now - (now % periodMs);
    const from = Math.max(0, to - (alarm.evaluationPeriods + SPARE_PERIODS) * periodMs);
    const { account, region, namespace, unit } = alarm;
    const asked = { account, region, namespace, unit, from, to, periodMs, now, name: alarm.metric };
    const dimensions = dimensionsText(alarm.dimensions);
    const found = await readValues(this.#deps.store.read, {
      ...{ ...asked, dimensions, distribution: needsDistribution(alarm.statistic) },
    });
    const statistic = statisticOf(alarm.statistic);
    const points: AlarmPoint[] = [];
    for (const periods of found.values()) {
      for (const [time, values] of periods) {
        const value = statistic(values);
        if (value !== undefined) points.push([time, value]);
      }
    }
    return points.sort(([a], [b]) => a - b);
  }
}

function reasonDataOf(alarm: Alarm, { points }: AlarmVerdict, now: number): string {
  const time = (at: number) => new Date(at).toISOString().replace('Z', '+0000');
  return JSON.stringify({
    version: '1.0',
    queryDate: time(now),
    ...(points.length > 0 ? { startDate: time(points[0]![0]) } : {}),
    statistic: alarm.statistic,
    period: alarm.period,
    recentDatapoints: points.map(([, value]) => value),
    threshold: alarm.threshold,
    evaluatedDatapoints: points.map(([at, value]) => ({ timestamp: time(at), value })).reverse(),
  });
}
