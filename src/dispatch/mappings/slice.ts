import {
  afterBatch,
  type BatchResult,
  type BatchStep,
  type DiscardCondition,
  expiredAtHead,
  type FunctionSpec,
  type HeldBatch,
  type Lineage,
  LOOK_AGAIN_MS,
  type MeterRecord,
  mappingSubscriber,
  type OpenWindow,
  PAYLOAD_BYTES,
  pauseMs,
  readBatchAnswer,
  readWindowState,
  type SliceProgress,
  STATE_BYTES,
  setApart,
  type Work,
  windowMembers,
} from '../../model/index.ts';
import { isStoreFailure } from '../deliverer.ts';
import { joined } from './chains.ts';
import { type Batch, collectBatch, payloadOf, reloadBatch, type StreamRecord } from './collect-batch.ts';
import { prepareDiscard } from './discard-batch.ts';
import { invokeBatch, type Ran } from './invoke-batch.ts';
import type { BlockedLane } from './ports.ts';
import { recordFacts } from './record-batch.ts';
import { recordSlice, type SliceStep } from './record-slice.ts';
import type { Shard } from './shard.ts';
import { reasonOf, Trouble } from './trouble.ts';

const MAX_WAIT_MS = 60_000;
const MOST_ERROR = 1024;

type RanWell = Extract<Ran, { kind: 'ran' }>;

/** What is known of an attempt, or of what is given up without one. */
interface Settled {
  readonly ran?: RanWell;
  readonly spec?: FunctionSpec | undefined;
  readonly lineage?: Lineage;
  readonly window?: OpenWindow | undefined;
  /** Where people want it put. */
  readonly to?: string | undefined;
  /** Why the function cannot even be called with it. */
  readonly problem?: string;
}

/**
 * One slice of a shard: its batches one after another, each until it is delivered or given up, so that records of one key stay in order and
 * a poison record holds up only its slice (spec/event-sources.md §12). What it has come to is in the store with each outcome.
 */
export class Slice {
  readonly #shard: Shard;
  readonly #slice: number;
  #work: readonly Work[];
  #position: number;
  #window: OpenWindow | undefined;
  #held: Batch | undefined;
  #collecting = false;
  #stopped = false;
  /** Attempts in a row without progress. */
  #tries = 0;
  #wake = () => {};
  #error = '';
  readonly #trouble: Trouble;
  /** Epoch ms of the next attempt, while it waits for it. */
  #retryAt: number | undefined;
  /** What people want given up: only the record that they saw. */
  #skip: { readonly position: number; readonly to: string | undefined } | undefined;

  constructor(shard: Shard, slice: number, progress: SliceProgress, window: OpenWindow | undefined) {
    this.#shard = shard;
    this.#slice = slice;
    this.#position = progress.position;
    this.#work = progress.work ?? [];
    this.#window = window;
    const { shardId, live, ports } = shard;
    this.#trouble = new Trouble((error) =>
      ports.logger.error('a batch could not be handled', { mapping: live.mapping.uuid, shardId, slice, error }),
    );
  }

  /** All below is done, while it waits with nothing in hand. */
  get idleAt(): number | undefined {
    return this.#collecting && this.#work.length === 0 ? this.#position : undefined;
  }

  /** Resolves with true when it has all of the shard, with false once it was stopped. */
  async run(): Promise<boolean> {
    while (!this.#stopped) {
      try {
        const batch = await this.#nextBatch();
        if (batch === 'ended') return !this.#stopped;
        if (!this.#stopped) await this.#try(batch);
      } catch (error) {
        if (!this.#stopped) await this.#stumble(error);
      }
    }
    return false;
  }

  /** Starts no further attempt. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** Tries at once what waits for its next attempt. */
  retryNow(): void {
    this.#wake();
  }

  /** What holds it up; undefined while it gets on. */
  blocked(): BlockedLane | undefined {
    const [work] = this.#work;
    const trouble = this.#trouble.reason || this.#shard.reader.trouble;
    if (trouble === '' && (this.#tries === 0 || !this.#held || !work)) return undefined;
    const records = this.#inHand(work, work);
    return {
      shardId: this.#shard.shardId,
      slice: this.#slice,
      attempts: work?.invocations ?? 0,
      records: records.map(({ id, time }) => ({ sequenceNumber: id, time })),
      record: records[0] && JSON.parse(records[0].text),
      error: trouble || this.#error,
      retry: () => this.#wake(),
      skip: (to) => {
        if (work) this.#skip = { position: positionOf({ work, records }), to };
        this.#wake();
      },
    };
  }

  /** What the function has, or will have again: all of the batch that has no outcome yet. */
  held(): HeldBatch | undefined {
    const { shardId, topic, lane, ports, live } = this.#shard;
    const { account, region, uuid, functionArn: target } = live.mapping;
    const [work] = this.#work;
    const records = this.#inHand(work, this.#work.at(-1));
    if (!work || records.length === 0) return undefined;
    const [subscriber, now] = [mappingSubscriber(uuid), ports.clock.now()];
    const lastError = this.#trouble.reason || (this.#tries > 0 ? this.#error : '');
    return {
      ...{ id: `${subscriber}/${shardId}/${this.#slice}`, account, region, topic, lane, subscriber, target },
      ...recordFacts(records, now),
      position: records[0]!.position,
      attempts: work.invocations,
      throttles: 0,
      nextAt: this.#retryAt ?? now,
      ...(this.#retryAt !== undefined && { retryAt: this.#retryAt }),
      ...(lastError !== '' && { lastError }),
    };
  }

  #inHand(first: Work | undefined, last: Work | undefined): readonly StreamRecord[] {
    if (!first || !last) return [];
    return this.#held?.records.filter(({ position }) => position >= first.from && position < last.to) ?? [];
  }

  async #nextBatch(): Promise<Batch | 'ended'> {
    const place = { slice: this.#slice, window: this.#window };
    const [work] = this.#work;
    if (work === undefined) {
      this.#collecting = true;
      const passed = (to: number) => {
        this.#position = to;
      };
      const batch = await collectBatch(this.#shard, { ...place, from: this.#position, passed }).finally(() => {
        this.#collecting = false;
      });
      if (batch === 'ended') return batch;
      this.#held = batch;
      this.#window = batch.window;
      this.#work = batch.records.length > 0 || batch.final ? [batch.work] : [];
      return this.#work.length > 0 ? this.#nextBatch() : batch;
    }
    this.#held ??= await reloadBatch(this.#shard, { ...place, from: work.from }, work);
    const held = this.#held;
    if (work.from < held.work.from || work.to > held.work.to) {
      this.#held = undefined;
      return this.#nextBatch();
    }
    const records = this.#inHand(work, work);
    const broken = records.findIndex((one) => one.broken);
    if (broken < 0 || records.length === 1) return { ...held, work, records };
    const positions = records.map(({ position }) => position);
    this.#work = [...setApart(work, positions, broken), ...this.#work.slice(1)];
    return this.#nextBatch();
  }

  async #try(batch: Batch): Promise<void> {
    if (batch.records.length === 0 && !batch.final) return this.#settle(batch, { delivered: 0, next: [], pause: false });
    // Age holds also while nobody can say what the function is.
    const gate = await this.#shard.gate().catch((error) => {
      this.#trouble.meet(error);
      return { problem: '' };
    });
    const spec = 'spec' in gate ? gate.spec : undefined;
    const expired = expiredAtHead(
      batch.records.map(({ time }) => time),
      this.#shard.ports.clock.now(),
      this.#maxAgeMs(),
    );
    if (expired > 0) return this.#giveUp(batch, expired, 'RecordAgeExceeded', { spec });
    const skip = this.#skip;
    this.#skip = undefined;
    if (skip?.position === positionOf(batch)) return this.#giveUp(batch, 1, 'Skipped', { spec, to: skip.to });
    if ('problem' in gate) {
      this.#error = gate.problem;
      if (gate.problem !== '') this.#trouble.over();
      return this.#pause(false, LOOK_AGAIN_MS);
    }
    const { maxRetries, bisect } = this.#shard.live.stream;
    if (maxRetries >= 0 && batch.work.attempts > maxRetries)
      return this.#giveUp(batch, batch.records.length, 'RetryAttemptsExhausted', { spec });
    const broken = batch.records[0]?.broken;
    if (broken) return this.#cannotRead(batch, broken.error, spec);
    const payload = payloadOf(batch, this.#members(batch));
    if (payload.length > PAYLOAD_BYTES / 4 && Buffer.byteLength(payload) > PAYLOAD_BYTES)
      return this.#giveUp(batch, batch.records.length, 'RetryAttemptsExhausted', { spec });
    const { ports, live } = this.#shard;
    const lineage = joined((await ports.chains.ofEach(batch.records, live.mapping.functionArn)).values());
    const ran = await invokeBatch(ports, live.mapping, { spec: gate.spec, payload, lineage, maxWaitMs: MAX_WAIT_MS });
    const positions = batch.records.map(({ position }) => position);
    const { result, window } = this.#judge(batch, ran);
    this.#error = ran.kind === 'throttled' ? ran.reason : result.kind === 'success' ? '' : ran.answer().slice(0, MOST_ERROR);
    const step = afterBatch({ maxRetries, bisect }, batch.work, positions, result);
    if (ran.kind === 'ran') this.#countAge(batch, ran.meter);
    if (ran.kind === 'ran') await this.#settle(batch, step, { ran, spec: gate.spec, window, lineage });
    else this.#trouble.over();
    if (step.pause) await this.#pause(step.delivered > 0, ran.kind === 'throttled' ? LOOK_AGAIN_MS : undefined);
  }

  /** A record that nothing can be made of fails by itself. It is read anew each time, for filters may have changed. */
  async #cannotRead(batch: Batch, error: unknown, spec: FunctionSpec | undefined): Promise<void> {
    this.#trouble.meet(error);
    const { maxRetries, bisect } = this.#shard.live.stream;
    const positions = batch.records.map(({ position }) => position);
    const step = afterBatch({ maxRetries, bisect }, batch.work, positions, { kind: 'error' });
    await this.#settle(batch, step, { spec, problem: `PROBLEM: A record could not be read: ${reasonOf(error)}` });
    if (!step.pause) return;
    await this.#pause();
    this.#held = undefined;
  }

  /** What was not foreseen: it holds up this slice, is shown with it, and uses up retries unless the store is in trouble. */
  async #stumble(error: unknown): Promise<void> {
    this.#trouble.meet(error);
    const [work, ...later] = this.#work;
    if (work && this.#held && !isStoreFailure(error)) {
      const { maxRetries, bisect } = this.#shard.live.stream;
      const positions = this.#inHand(work, work).map(({ position }) => position);
      const step = afterBatch({ maxRetries, bisect }, work, positions, { kind: 'error' });
      this.#work = [...(step.discarded ? [{ ...work, attempts: work.attempts + 1 }] : step.next), ...later];
    }
    await this.#pause();
  }

  /** How long the last record of a batch waited for its function. */
  #countAge({ records }: Batch, { time }: MeterRecord): void {
    const { ports, live } = this.#shard;
    const last = records.at(-1);
    if (last) ports.countFunction?.(live.mapping.functionArn, 'IteratorAge', Math.max(0, time - last.time));
  }

  /** What the function's answer says of the batch, and what becomes of the window. */
  #judge(batch: Batch, ran: Ran): { result: BatchResult; window: OpenWindow | undefined } {
    const window = batch.window;
    if (ran.kind === 'throttled') return { result: { kind: 'throttled' }, window };
    if (ran.functionError) return { result: { kind: 'error' }, window };
    const { reportFailures } = this.#shard.live.mapping.settings;
    if (!reportFailures && window === undefined) return { result: { kind: 'success' }, window };
    const text = ran.answer();
    const state = window && readWindowState(text);
    if (window && !state) return { result: { kind: 'error' }, window };
    const answer = reportFailures
      ? readBatchAnswer(
          text,
          batch.records.map(({ id }) => id),
        )
      : { kind: 'success' as const };
    if (answer.kind === 'malformed') return { result: { kind: 'error' }, window };
    const result: BatchResult = answer.kind === 'partial' ? { kind: 'partial', failed: answer.failed[0]! } : answer;
    return { result, window: window && state && afterWindow(window, state, batch.final) };
  }

  #members(batch: Batch): Record<string, unknown> | undefined {
    const { window, final } = batch;
    const { shardId, live } = this.#shard;
    return window && windowMembers(window, { shardId, sourceArn: live.mapping.sourceArn, final: final || window.early === true });
  }

  #maxAgeMs(): number {
    const { maxAgeMs } = this.#shard.live.stream;
    const kept = this.#shard.retentionMs();
    return maxAgeMs < 0 ? kept : Math.min(maxAgeMs, kept);
  }

  /** Gives up the records at the head; the others are tried next. */
  async #giveUp(batch: Batch, count: number, discarded: DiscardCondition, about: Pick<Settled, 'spec' | 'to'>): Promise<void> {
    const rest = batch.records[count];
    const next = rest ? [{ ...batch.work, from: rest.position }] : [];
    const given = { ...batch, records: batch.records.slice(0, count) };
    await this.#settle(given, { delivered: 0, next, discarded, pause: false }, about);
  }

  /** Writes what came of it, and goes on from there. */
  async #settle(batch: Batch, step: BatchStep, about: Settled = {}): Promise<void> {
    const { ran } = about;
    const window = step.discarded && batch.final ? undefined : ran ? about.window : this.#window;
    const work = [...step.next, ...this.#work.slice(1)];
    const position = work[0]?.from ?? (this.#work.at(-1) ?? batch.work).to;
    const progress: SliceProgress = work.length > 0 ? { position, work } : { position };
    const ended = await this.#ending(batch, step, about);
    await recordSlice(this.#shard, { ...ended, slice: this.#slice, progress, window }, (error) => this.#trouble.meet(error));
    [this.#work, this.#position, this.#window] = [work, position, window];
    this.#held = work.length > 0 && this.#held ? { ...this.#held, filtered: 0, lost: 0, window } : undefined;
    const gotOn = step.delivered > 0 || step.discarded !== undefined || work.length === 0;
    if (gotOn) this.#tries = 0;
    if (gotOn || about.problem === undefined) this.#trouble.over();
    if (step.discarded || work.length === 0) this.#error = '';
  }

  async #ending(
    batch: Batch,
    step: BatchStep,
    { ran, spec, to, lineage, problem }: Settled,
  ): Promise<Omit<SliceStep, 'slice' | 'progress' | 'window'>> {
    const { ports } = this.#shard;
    const now = ports.clock.now();
    const requestId = ran?.requestId ?? ports.ids.uuid();
    const invocations = batch.work.invocations + (ran ? 1 : 0);
    const condition = step.discarded;
    const records = condition ? batch.records.slice(step.delivered) : [];
    const discard = { records, invocations, requestId, ran, role: spec?.role, now, to };
    const writeDiscard = condition && (await prepareDiscard(this.#shard, { ...discard, condition }));
    const error = condition ? this.#trouble.reason || this.#error : '';
    return { batch, step, ran, requestId, invocations, now, lineage, writeDiscard, error, problem };
  }

  async #pause(progress = false, longestMs?: number): Promise<void> {
    if (this.#stopped) return;
    this.#tries = progress ? 1 : this.#tries + 1;
    const { clock, ids } = this.#shard.ports;
    const ms = pauseMs(this.#tries, Number.parseInt(ids.hex(2), 16) / 0x10000, longestMs);
    this.#retryAt = clock.now() + ms;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = () => {};
    this.#retryAt = undefined;
  }
}

function positionOf({ work, records }: Pick<Batch, 'work' | 'records'>): number {
  return records[0]?.position ?? work.from;
}

/** The window after an invocation in it: gone after the last one, unless it only ended early. */
function afterWindow(
  window: OpenWindow,
  { state, bytes }: { state: unknown; bytes: number },
  final: boolean,
): OpenWindow | undefined {
  const { start, end } = window;
  if (final) return undefined;
  if (window.early) return { start, end, state: {} };
  return bytes > STATE_BYTES ? { start, end, state, early: true } : { start, end, state };
}
