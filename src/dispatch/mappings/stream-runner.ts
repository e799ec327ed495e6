import {
  type EventSourceMapping,
  type HeldBatch,
  LOOK_AGAIN_MS,
  type MappingShard,
  mappingShards,
  newShard,
  type OpenWindow,
  recut,
  type SourceShard,
  type SourceStream,
  type StreamSource,
} from '../../model/index.ts';
import { transactUntilDone } from '../deliverer.ts';
import { type Gate, openGate } from './gate.ts';
import type { BlockedLane, Runner, RunnerPorts } from './ports.ts';
import { recordBatch } from './record-batch.ts';
import { LiveMapping, type Shard } from './shard.ts';
import { ShardReader } from './shard-reader.ts';
import { Slice } from './slice.ts';
import { startingPosition } from './starting-positions.ts';
import { Trouble } from './trouble.ts';

interface RunningShard {
  readonly reader: ShardReader;
  readonly slices: readonly Slice[];
  /** Resolves once all slices have ended. */
  readonly ended: Promise<void>;
}

const MOST_SHARDS = 1000;

/** Polls a stream: a reader for each shard and its slices, children after their parents (spec/event-sources.md §12). */
export class StreamRunner implements Runner {
  readonly #ports: RunnerPorts;
  readonly #source: StreamSource;
  readonly #live: LiveMapping;
  readonly #running = new Map<string, RunningShard>();
  #retentionMs = Number.POSITIVE_INFINITY;
  #role = '';
  #told = '';
  #unwatch = () => {};
  #cancelLook = () => {};
  #looking: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  readonly #trouble: Trouble;

  constructor(ports: RunnerPorts, source: StreamSource, mapping: EventSourceMapping) {
    this.#ports = ports;
    this.#source = source;
    this.#live = new LiveMapping(mapping);
    const { uuid } = mapping;
    this.#trouble = new Trouble((error) =>
      ports.logger.error('the shards of a mapping could not be looked at', { mapping: uuid, error }),
    );
  }

  async start(): Promise<void> {
    await this.#gate();
    await this.#compare();
    this.#unwatch = this.#source.watch(this.#live.mapping.sourceArn, () => void this.#look());
    void this.#look();
  }

  change(mapping: EventSourceMapping): boolean {
    const { parallelizationFactor, tumblingMs } = this.#live.stream;
    const next = mapping.settings.stream!;
    if (next.parallelizationFactor !== parallelizationFactor || next.tumblingMs !== tumblingMs) return false;
    this.#live.change(mapping);
    for (const { reader, slices } of this.#running.values()) {
      reader.nudge();
      for (const slice of slices) slice.retryNow();
    }
    return true;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unwatch();
    this.#cancelLook();
    await this.#looking;
    await Promise.all([...this.#running.values()].map(stopShard));
  }

  blocked(): readonly BlockedLane[] {
    return this.#slices()
      .map((slice) => slice.blocked())
      .filter((lane) => lane !== undefined);
  }

  held(): readonly HeldBatch[] {
    return this.#slices()
      .map((slice) => slice.held())
      .filter((batch) => batch !== undefined);
  }

  #slices(): readonly Slice[] {
    return [...this.#running.values()].flatMap(({ slices }) => slices);
  }

  /** Compares what runs with the stream as it is now; calls while it looks make it look once more. */
  #look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        await this.#compare();
        this.#trouble.over();
      } catch (error) {
        this.#trouble.meet(error);
        this.#cancelLook = this.#ports.clock.after(LOOK_AGAIN_MS, () => void this.#look());
      }
    }
  }

  async #compare(): Promise<void> {
    const stream = await this.#source.find(this.#live.mapping.sourceArn);
    const rows = await this.#rows();
    if (!stream) {
      await this.#forget([...rows.values()]);
      return this.#tell(`PROBLEM: Stream not found: ${this.#live.mapping.sourceArn}`);
    }
    this.#retentionMs = stream.retentionMs;
    const known = new Set(stream.shards.map(({ shardId, lane }) => `${shardId}@${lane}`));
    await this.#forget([...rows.values()].filter(({ shardId, lane }) => !known.has(`${shardId}@${lane}`)));
    await this.#add(stream, rows);
    const unread = (shardId: string) => stream.shards.some((one) => one.shardId === shardId) && !rows.get(shardId)?.done;
    for (const shard of stream.shards) {
      const row = rows.get(shard.shardId)!;
      const running = this.#running.get(shard.shardId);
      if (running) running.reader.close(shard.end);
      else if (!row.done && !shard.parents.some(unread) && !this.#stopped) this.#run(stream, shard, row);
    }
  }

  async #rows(): Promise<Map<string, MappingShard>> {
    const rows = new Map<string, MappingShard>();
    for (let after: readonly (string | number)[] | undefined = [], more = true; more; ) {
      const prefix = [this.#live.mapping.uuid];
      const page: { items: MappingShard[]; next?: readonly (string | number)[] } = await this.#ports.store.read.range(
        mappingShards,
        {
          prefix,
          limit: MOST_SHARDS,
          ...(after.length > 0 ? { after } : {}),
        },
      );
      for (const row of page.items) rows.set(row.shardId, row);
      after = page.next ?? [];
      more = page.next !== undefined;
    }
    return rows;
  }

  /** Shards that are gone from the stream. */
  async #forget(rows: readonly MappingShard[]): Promise<void> {
    for (const { uuid, shardId } of rows) {
      const running = this.#running.get(shardId);
      if (running) await stopShard(running);
      this.#running.delete(shardId);
      await this.#ports.store.transact((tx) => tx.delete(mappingShards, [uuid, shardId]));
    }
  }

  /** Writes where shards begin that have no row yet, and cuts the others as the parallelization factor says. */
  async #add(stream: SourceStream, rows: Map<string, MappingShard>): Promise<void> {
    const { uuid, settings } = this.#live.mapping;
    const { parallelizationFactor } = settings.stream!;
    const fresh = rows.size === 0;
    const changed: MappingShard[] = [];
    for (const shard of stream.shards) {
      const { shardId, lane } = shard;
      const row = rows.get(shardId);
      if (row && row.lane === lane && (row.slices.length === parallelizationFactor || this.#running.has(shardId))) continue;
      const position = fresh
        ? await startingPosition(this.#ports.store.read, stream, shard, settings.stream!)
        : Math.max(shard.first, (await this.#ports.store.read.bounds(stream.topic, lane)).first);
      changed.push(
        row?.lane === lane
          ? recut(row, parallelizationFactor)
          : newShard({ uuid, shardId, lane }, position, parallelizationFactor),
      );
    }
    if (changed.length === 0) return;
    for (const row of changed) rows.set(row.shardId, row);
    await this.#ports.store.transact(async (tx) => {
      for (const row of changed) await tx.put(mappingShards, row);
    });
  }

  #run(stream: SourceStream, at: SourceShard, row: MappingShard): void {
    const { shardId, lane } = at;
    const positions = row.slices.map(({ position }) => position);
    const from = { edge: Math.max(...positions), end: at.end, slices: positions.length };
    const reader = new ShardReader(this.#ports, { topic: stream.topic, lane }, from);
    const shard: Shard = {
      ports: this.#ports,
      source: this.#source,
      shardId,
      topic: stream.topic,
      lane,
      reader,
      earlier: row,
      live: this.#live,
      retentionMs: () => this.#retentionMs,
      role: () => this.#role,
      gate: () => this.#gate(),
      idle: () => slices.map(({ idleAt }) => idleAt),
    };
    const window = sameWindows(row.window, this.#live.stream.tumblingMs);
    const slices = row.slices.map((progress, i) => new Slice(shard, i, progress, window));
    const ended = Promise.all(slices.map((slice) => slice.run())).then((all) => this.#ended(shardId, all.every(Boolean)));
    this.#running.set(shardId, { reader, slices, ended });
  }

  /** A shard was read to its end: its children may begin. */
  async #ended(shardId: string, whole: boolean): Promise<void> {
    if (!whole || this.#stopped) return;
    const { uuid } = this.#live.mapping;
    this.#running.get(shardId)?.reader.stop();
    await transactUntilDone(
      this.#ports,
      async (tx) => {
        const row = await tx.get(mappingShards, [uuid, shardId]);
        if (row) await tx.put(mappingShards, { ...row, done: true });
      },
      () => this.#stopped,
    );
    this.#running.delete(shardId);
    void this.#look();
  }

  async #gate(): Promise<Gate> {
    const gate = await openGate(this.#ports, this.#live.mapping);
    if ('spec' in gate) {
      this.#role = gate.spec.role;
      this.#told = '';
    } else await this.#tell(gate.problem);
    return gate;
  }

  /** Says why nothing is processed, as LastProcessingResult. */
  async #tell(lastResult: string): Promise<void> {
    if (this.#told === lastResult) return;
    this.#told = lastResult;
    const entry = { sums: {}, now: this.#ports.clock.now(), lastResult, ends: [] };
    await this.#ports.store.transact((tx) => recordBatch(tx, this.#live.mapping, entry, this.#ports.meterIn));
  }
}

/** The window that was open, unless windows are of another length now. */
function sameWindows(window: OpenWindow | undefined, tumblingMs: number): OpenWindow | undefined {
  return window && window.end - window.start === tumblingMs ? window : undefined;
}

async function stopShard({ reader, slices, ended }: RunningShard): Promise<void> {
  for (const slice of slices) slice.stop();
  reader.stop();
  await ended;
}
