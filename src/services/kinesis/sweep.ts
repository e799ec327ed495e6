import { describe, isFailure, type Key, type Position, Rounds, type Service } from '../../kernel/index.ts';
import { reshard } from './change-shards.ts';
import { type Grave, graves, recordTopic, type Shard, type Stream, shards, streams } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { arnOf, findStream, type LaidOut, laidOut, laidOutIn } from './found.ts';
import { hexOf } from './hash-keys.ts';
import { giveBack } from './lanes.ts';
import type { Layout } from './layouts.ts';
import type { Resharding } from './reshardings.ts';
import { splitAt } from './split-shard.ts';
import { firstAt, keptRange } from './starting-positions.ts';

const EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;
/** An on-demand stream grows no further by itself: AWS's default of 200 MiB/s of writes. */
const ON_DEMAND_SHARDS = 200;
/** Half of what a lane can take: a year of a shard at its limit. */
const WORN_AT = 2 ** 35;

/** When a shard's oldest record becomes too old, by the retention that was then. */
interface Due {
  readonly at: number;
  readonly hours: number;
}

/**
 * What goes on behind: records beyond their retention go, closed shards without records go and their lanes are given back, deleted streams
 * are cleared away, shards of on-demand streams that were throttled are split, and shards whose lane is worn give way to one child. In
 * bounded transactions, every minute. Two of it do no harm: each looks again inside its transaction.
 */
export class Sweep implements Service {
  readonly #deps: KinesisDeps;
  readonly #wornAt: number;
  /** By lane; a shard is looked at again when its time has come. */
  readonly #due = new Map<number, Due>();
  readonly #rounds: Rounds;

  /** wornAt: the position from which on a shard gives way to a child. */
  constructor(deps: KinesisDeps, wornAt = WORN_AT) {
    this.#deps = deps;
    this.#rounds = new Rounds({
      clock: deps.clock,
      everyMs: EVERY_MS,
      round: () => this.round(),
      failed: (error) =>
        deps.logger.warn('the sweep of streams failed; it is tried again in a minute', { error: describe(error) }),
    });
    this.#wornAt = wornAt;
  }

  async start(): Promise<void> {
    await this.#rounds.start();
  }

  async stop(_deadline: AbortSignal): Promise<void> {
    await this.#rounds.stop();
  }

  /** One round over everything. */
  async round(): Promise<void> {
    await this.#eachPage(async (after) => {
      const page = await this.#deps.store.read.range(graves, { limit: 100, ...(after ? { after } : {}) });
      for (const grave of page.items) await this.#clear(grave);
      return page.next;
    });
    const hot = this.#deps.throttles.takeHot();
    await this.#eachPage(async (after) => {
      const page = await this.#deps.store.read.range(streams, { limit: 100, ...(after ? { after } : {}) });
      for (const stream of page.items) await this.#tend(stream, hot);
      return page.next;
    });
  }

  async #eachPage(read: (after: Key | undefined) => Promise<Key | undefined>): Promise<void> {
    for (let after: Key | undefined; ; ) {
      after = await read(after);
      if (!after || this.#rounds.stopped) return;
    }
  }

  /** A slice of a deleted stream's records after the other, lane by lane, until nothing is left of it. */
  async #clear({ stream }: Grave): Promise<void> {
    while (!this.#rounds.stopped) {
      const left = await this.#deps.store.transact(async (tx) => {
        const [shard] = (await tx.range(shards, { prefix: [stream], limit: 1 })).items;
        if (!shard) return void (await tx.delete(graves, [stream]));
        if (await giveBack(tx, shard.lane)) await tx.delete(shards, [stream, shard.shard]);
        return shard;
      });
      if (!left) return;
      this.#due.delete(left.lane);
    }
  }

  async #tend(row: Stream, hot: ReadonlySet<string>): Promise<void> {
    const found = await laidOut(this.#deps, row).catch(unlessGone);
    if (!found) return;
    const { stream, layout } = found;
    for (const shard of layout.all) {
      if (this.#rounds.stopped) return;
      await this.#expire(stream, shard);
    }
    if (stream.mode === 'ON_DEMAND') await this.#grow({ stream, layout }, hot);
  }

  async #expire(stream: Stream, shard: Shard): Promise<void> {
    const { clock } = this.#deps;
    const hours = stream.retentionHours;
    const due = this.#due.get(shard.lane);
    if (due?.hours === hours && clock.now() < due.at) return;
    const before = clock.now() - hours * HOUR_MS;
    if (shard.closed !== undefined && shard.closed < before) return this.#remove(stream, shard);
    const oldest = await this.#trim(shard, before);
    if (shard.end === undefined) await this.#renew(stream, shard);
    const closing = shard.closed ?? Number.POSITIVE_INFINITY;
    this.#due.set(shard.lane, { at: Math.min(oldest ?? clock.now(), closing) + hours * HOUR_MS, hours });
  }

  /** Resolves to the time of the oldest record that is left. */
  async #trim(shard: Shard, time: number): Promise<number | undefined> {
    const { store } = this.#deps;
    const kept = await keptRange(store.read, shard);
    const first = await firstAt(store.read, shard.lane, { ...kept, time });
    if (first > kept.first) await this.#trimBefore(shard.lane, first);
    return (await store.read.events(recordTopic.name, shard.lane, first, 1))[0]?.time;
  }

  async #trimBefore(lane: number, position: Position): Promise<void> {
    for (let more = true; more && !this.#rounds.stopped; )
      more = await this.#deps.store.transact((tx) => tx.trim(recordTopic.name, lane, position));
  }

  async #remove(stream: Stream, shard: Shard): Promise<void> {
    const token = this.#deps.ids.uuid();
    for (let left = true; left && !this.#rounds.stopped; ) {
      left = await this.#deps.store.transact(async (tx) => {
        const current = await findStream(tx, stream);
        if (current?.id !== stream.id || !(await tx.get(shards, [stream.id, shard.shard]))) return false;
        if (!(await giveBack(tx, shard.lane))) return true;
        await tx.delete(shards, [stream.id, shard.shard]);
        await tx.put(streams, { ...current, layout: token });
        return false;
      });
    }
    this.#due.delete(shard.lane);
    this.#deps.watchers.changed(arnOf(stream));
  }

  async #renew(stream: Stream, shard: Shard): Promise<void> {
    const { next } = await this.#deps.store.read.bounds(recordTopic.name, shard.lane);
    if (next < this.#wornAt) return;
    const child = { from: shard.from, to: shard.to, parents: [0] };
    await this.#replace(stream, shard, () => ({ made: [child], closed: [0] }));
  }

  /** Splits the shards that had to refuse writes since the last round. */
  async #grow({ stream, layout }: LaidOut, hot: ReadonlySet<string>): Promise<void> {
    for (const shard of hotShards(stream, layout, hot)) {
      await this.#replace(stream, shard, ({ open }) => {
        const middle = hexOf((BigInt(`0x${shard.from}`) + BigInt(`0x${shard.to}`) + 1n) / 2n);
        return open < ON_DEMAND_SHARDS && middle > shard.from ? splitAt(shard, middle) : undefined;
      });
    }
  }

  /** Puts children in the place of a shard, if it is still open and there is a plan. */
  async #replace(stream: Stream, { shard }: Shard, plan: (stream: Stream) => Resharding | undefined): Promise<void> {
    const change = { now: this.#deps.clock.now(), layout: this.#deps.ids.uuid() };
    await this.#deps.store.transact(async (tx) => {
      const current = await laidOutIn(tx, this.#deps, stream);
      const found = current.layout.get(shard);
      const children = found && found.end === undefined ? plan(current.stream) : undefined;
      if (children) await reshard(tx, { stream: current.stream, given: [found!], change }, children);
    });
    this.#deps.watchers.changed(arnOf(stream));
  }
}

function hotShards(stream: Stream, layout: Layout, hot: ReadonlySet<string>): readonly Shard[] {
  return hot.size === 0 ? [] : layout.open.filter(({ shard }) => hot.has(`${stream.id}/${shard}`));
}

function unlessGone(error: unknown): undefined {
  if (!isFailure(error, 'ResourceNotFoundException')) throw error;
}
