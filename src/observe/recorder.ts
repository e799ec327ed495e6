import { type Clock, describe, type Ids, type Logger, type Store, type Transaction } from '../kernel/index.ts';
import {
  addToRollup,
  causeOfLines,
  createReadLines,
  emptyRollup,
  encodeChunk,
  type LogGroup,
  type LogLine,
  type LogStream,
  logChunks,
  logTopic,
  type MeteredInvocations,
  type MeterRecord,
  meterTopic,
  type RecordMetrics,
  rollupKey,
  usageRollups,
  worthReading,
} from '../model/index.ts';
import { LogBuffer, logEvents, type PieceOf, pieces, type Waiting } from './log-buffer.ts';
import { LogStreams } from './log-streams.ts';

export interface RecorderDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Takes the metrics that lines tell of. */
  readonly recordMetrics?: RecordMetrics;
}

const FLUSH_MS = 100;
/** A flush comes early when this much waits. */
const FLUSH_BYTES = 256 * 1024;
const MAX_LOG_BYTES = 32 * 1024 * 1024;
const MAX_METERS = 100_000;
/** Meters in one event of the topic. */
const METERS_AN_EVENT = 400;
const RETRY_MS = 1_000;
/** Taken by one transaction, so that others get their turn. */
const METERS_A_FLUSH = 8_000;

/**
 * Writes log lines and meters behind the answers, in one transaction at most 100 ms after the first (DESIGN §4). Never blocks its callers;
 * bounded: when the store is slow or full, lines are dropped and counted, and meters too beyond 100,000.
 */
export class Recorder {
  readonly counts = { lines: 0, flushes: 0, failures: 0, metersDropped: 0 };
  private readonly deps: RecorderDeps;
  private readonly logs = new LogBuffer(MAX_LOG_BYTES);
  private readonly streams: LogStreams;
  private readonly readLines = createReadLines();
  private meters: MeterRecord[] = [];
  private running: Promise<void> | undefined;
  private retry: { readonly logs: Waiting[]; readonly meters: MeterRecord[] } | undefined;
  private cancel: (() => void) | undefined;
  /** The timer is set to the next turn. */
  private urgent = false;
  private seq = 0;
  private saidDropped = 0;
  private stopped = false;

  constructor(deps: RecorderDeps) {
    this.deps = deps;
    this.streams = new LogStreams(deps.clock, deps.ids);
  }

  get linesDropped(): number {
    return this.logs.dropped;
  }

  get waitingBytes(): number {
    return this.logs.bytes;
  }

  write(stream: LogStream, lines: readonly LogLine[]): void {
    this.logs.add(stream, lines);
    this.counts.lines += lines.length;
    this.arm(this.logs.bytes >= FLUSH_BYTES ? 0 : FLUSH_MS);
  }

  meter(record: MeterRecord): void {
    if (this.meters.length >= MAX_METERS) {
      this.counts.metersDropped++;
      return;
    }
    this.meters.push(record);
    if (this.meters.length === 1) this.arm(FLUSH_MS);
  }

  /** One meter inside somebody else's transaction: together with the outcome that it belongs to. */
  async meterIn(tx: Transaction, record: MeterRecord): Promise<void> {
    await this.appendMeters(tx, [record]);
  }

  /** Writes what waits now. Resolves when it is durable, or when writing failed and it waits again. */
  async flush(): Promise<void> {
    await this.running;
    this.disarm();
    this.running = this.run().finally(() => {
      this.running = undefined;
    });
    await this.running;
  }

  /** Writes the rest; what cannot be written before the deadline is given up and said. */
  async stop(deadline: AbortSignal): Promise<void> {
    while (!deadline.aborted && (this.logs.bytes > 0 || this.meters.length > 0 || this.retry)) {
      const failures = this.counts.failures;
      await this.flush();
      if (this.counts.failures > failures) break;
    }
    this.stopped = true;
    this.disarm();
    if (this.logs.bytes > 0) this.deps.logger.error('log lines were lost at the end', { bytes: this.logs.bytes });
  }

  private arm(ms: number): void {
    if (this.stopped || this.running || (this.cancel && (ms > 0 || this.urgent)) || (this.retry && ms === 0)) return;
    this.disarm();
    this.urgent = ms === 0;
    this.cancel = this.deps.clock.after(ms, () => void this.flush());
  }

  private disarm(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  private async run(): Promise<void> {
    const batch = this.retry ?? { logs: this.logs.take(this.deps.clock.now()), meters: this.meters.splice(0, METERS_A_FLUSH) };
    this.retry = undefined;
    if (batch.logs.length === 0 && batch.meters.length === 0) return;
    try {
      const flush = await this.deps.store.transact(async (tx) => {
        const started = this.streams.begin(tx);
        for (const waiting of batch.logs) await this.writeChunks(started, waiting);
        await this.appendMeters(tx, batch.meters);
        return started;
      });
      this.streams.commit(flush);
      this.logs.release(batch.logs);
      this.counts.flushes++;
    } catch (error) {
      this.counts.failures++;
      this.retry = batch;
      this.deps.logger.warn('log lines and meters could not be stored, they wait', { error: describe(error) });
    }
    this.sayDropped();
    this.after();
  }

  /** What came while a flush ran gets the next one. */
  private after(): void {
    this.running = undefined;
    if (this.retry) this.arm(RETRY_MS);
    else if (this.meters.length > 0 || this.logs.bytes > 0) this.arm(this.logs.bytes >= FLUSH_BYTES ? 1 : FLUSH_MS);
  }

  private sayDropped(): void {
    const dropped = this.logs.dropped + this.counts.metersDropped;
    if (dropped > this.saidDropped) {
      this.deps.logger.warn('log lines or meters were dropped: they came faster than they could be stored', {
        lines: this.logs.dropped,
        meters: this.counts.metersDropped,
      });
    }
    this.saidDropped = dropped;
  }

  private async writeChunks(flush: ReturnType<LogStreams['begin']>, waiting: Waiting): Promise<void> {
    const ingested = this.deps.clock.now();
    for (const piece of pieces(waiting)) {
      const { times, lengths, joined } = piece;
      const first = times[0]!;
      const last = times.at(-1)!;
      const { group, stream } = await this.streams.resolve(flush, waiting.stream, first, last);
      const data = encodeChunk(times, lengths, joined);
      const place = { stream, first, seq: this.nextSeq(ingested), ingested };
      await flush.tx.put(logChunks, { ...place, group: group.id, last, data });
      if (worthReading(group, joined)) await this.tell(flush.tx, { group, name: waiting.stream.stream, place }, piece);
    }
  }

  /** What the lines say to others goes into the transaction that stores them. */
  private async tell(
    tx: Transaction,
    { group, name, place }: { readonly group: LogGroup; readonly name: string; readonly place: PieceOf },
    piece: Omit<Waiting, 'stream'>,
  ): Promise<void> {
    const cause = causeOfLines(name, piece.joined);
    const now = place.ingested;
    const told = this.readLines({ group, stream: name, events: logEvents(place, piece), now, cause });
    for (const event of told.events) await tx.append(logTopic.name, 0, event);
    if (told.metrics.length > 0) await this.deps.recordMetrics?.(tx, told.metrics, now);
  }

  /** Even numbers that grow over restarts too; PutLogEvents takes the odd ones. */
  private nextSeq(now: number): number {
    this.seq = Math.max(this.seq + 2, now * 1024);
    return this.seq;
  }

  private async appendMeters(tx: Transaction, records: readonly MeterRecord[]): Promise<void> {
    const together = new Map<string, MeterRecord[]>();
    for (const record of records) {
      const name = rollupKey(record).join('\n');
      const same = together.get(name);
      if (same) same.push(record);
      else together.set(name, [record]);
    }
    for (const same of together.values()) {
      const key = rollupKey(same[0]!);
      await tx.put(usageRollups, addToRollup((await tx.get(usageRollups, key)) ?? emptyRollup(key), same));
    }
    for (let i = 0; i < records.length; i += METERS_AN_EVENT) await this.appendEvent(tx, records.slice(i, i + METERS_AN_EVENT));
  }

  private async appendEvent(tx: Transaction, records: readonly MeterRecord[]): Promise<void> {
    const { account, region } = records[0]!;
    const time = this.deps.clock.now();
    const id = this.deps.ids.uuid();
    await tx.append(meterTopic.name, 0, {
      id,
      type: 'InvocationsMetered',
      source: 'observe',
      subject: records.length === 1 ? records[0]!.requestId : String(records.length),
      account,
      region,
      time,
      body: { records } satisfies MeteredInvocations,
    });
  }
}
