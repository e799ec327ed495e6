import {
  cutBatches,
  type EventSourceMapping,
  effectiveVisibility,
  type FunctionSpec,
  type MappingSums,
  type OutcomeKind,
  type QueueMessage,
  type QueueSource,
  queueRecord,
  type RecordFilter,
  readBatchAnswer,
  type SourceQueue,
} from '../../model/index.ts';
import { transactUntilDone } from '../deliverer.ts';
import { invokeBatch, type Ran } from './invoke-batch.ts';
import type { MappingPorts } from './ports.ts';
import { type BatchEnd, recordBatch } from './record-batch.ts';
import { FAILED } from './record-slice.ts';

/** A message as it goes into a batch. */
export interface QueueRecord {
  readonly id: string;
  readonly event: string;
  readonly handle: string;
  readonly text: string;
  readonly bytes: number;
  /** Epoch ms at which it was sent. */
  readonly time: number;
  readonly cause?: string | undefined;
}

export interface Received {
  readonly records: readonly QueueRecord[];
  /** Handles of messages that filters dropped. */
  readonly dropped: readonly string[];
}

/** What filters leave of received messages, as records. */
export function receive(mapping: EventSourceMapping, filter: RecordFilter, messages: readonly QueueMessage[]): Received {
  const filtered = mapping.settings.filters.length > 0;
  const [records, dropped]: [QueueRecord[], string[]] = [[], []];
  for (const message of messages) {
    const shown = queueRecord(message, mapping.sourceArn);
    const { messageId: id, receiptHandle: handle, cause } = message;
    if (filtered && !filter(shown)) dropped.push(handle);
    else {
      const text = JSON.stringify(shown);
      const time = Number(message.attributes.SentTimestamp ?? 0);
      records.push({ id, event: id, handle, text, bytes: Buffer.byteLength(text), time, cause });
    }
  }
  return { records, dropped };
}

/** What a batch of a queue needs besides its messages. */
export interface QueueBatch {
  readonly ports: MappingPorts;
  readonly source: QueueSource;
  readonly mapping: EventSourceMapping;
  readonly queue: SourceQueue;
  readonly spec: FunctionSpec;
  /** Epoch ms of the first receive. */
  readonly receivedAt: number;
  /** For how long the messages are hidden, in ms from then on. */
  readonly visibilityMs: number;
  readonly stopped: () => boolean;
  /** Told of each throttle; resolves when it is time to try again. */
  readonly backOff: (tries: number) => Promise<void>;
}

const MOST_WAIT_MS = 60_000;
const LEAST_WAIT_MS = 1_000;

export function visibilityOf({ settings }: EventSourceMapping, queue: SourceQueue, spec: FunctionSpec): number {
  return effectiveVisibility(queue.visibilityTimeoutMs, settings.windowMs, spec.timeoutMs);
}

/** Brings received messages to their end: one batch, or more when they are more than 6 MB; of a FIFO queue one after another. */
export async function runBatches(batch: QueueBatch, { records, dropped }: Received): Promise<void> {
  if (records.length === 0) return dropped.length > 0 ? finish(batch, { delivered: [], failed: [], dropped }) : undefined;
  const parts = cutBatches(records, batch.mapping.settings.batchSize);
  const run = (part: QueueRecord[], i: number) => runBatch(batch, part, i === 0 ? dropped : []);
  if (!batch.queue.fifo) {
    await Promise.all(parts.map(run));
    return;
  }
  for (const [i, part] of parts.entries()) {
    if (await run(part, i)) continue;
    // What is left belongs behind what failed.
    const left = parts.slice(i + 1).flat();
    if (left.length > 0) await finish(batch, { delivered: [], failed: left, dropped: [] });
    return;
  }
}

/** Answers whether all of it was delivered. */
async function runBatch(batch: QueueBatch, records: readonly QueueRecord[], dropped: readonly string[]): Promise<boolean> {
  const payload = `{"Records":[${records.map(({ text }) => text).join(',')}]}`;
  const ran = await invokeWhileHidden(batch, payload);
  const failed = new Set(failedOf(batch, records, ran));
  const delivered = failed.size === 0 ? records : records.filter((_, i) => !failed.has(i));
  await finish(batch, { delivered, failed: failed.size === 0 ? [] : records.filter((_, i) => failed.has(i)), dropped, ran });
  return failed.size === 0;
}

/** Throttled batches are tried again while their messages are hidden (§11). */
async function invokeWhileHidden(batch: QueueBatch, payload: string): Promise<Ran> {
  const { ports, mapping, spec } = batch;
  const until = batch.receivedAt + batch.visibilityMs;
  for (let tries = 1; ; tries++) {
    const maxWaitMs = Math.min(MOST_WAIT_MS, Math.max(LEAST_WAIT_MS, until - ports.clock.now()));
    const ran = await invokeBatch(ports, mapping, { spec, payload, maxWaitMs });
    if (ran.kind === 'ran') return ran;
    await batch.backOff(tries);
    if (batch.stopped() || ports.clock.now() >= until) return ran;
  }
}

/** Places of the messages that go back to the queue (§10.3). */
function failedOf({ mapping }: QueueBatch, records: readonly QueueRecord[], ran: Ran): Iterable<number> {
  if (ran.kind === 'throttled' || ran.functionError) return records.keys();
  if (!mapping.settings.reportFailures) return [];
  const answer = readBatchAnswer(
    ran.answer(),
    records.map(({ id }) => id),
  );
  if (answer.kind === 'malformed') return records.keys();
  return answer.kind === 'partial' ? answer.failed : [];
}

interface Finished {
  readonly delivered: readonly QueueRecord[];
  readonly failed: readonly QueueRecord[];
  readonly dropped: readonly string[];
  readonly ran?: Ran;
}

/** Takes delivered and dropped messages out of the queue and lets the others come back, in one transaction with the ledger. */
async function finish(batch: QueueBatch, { delivered, failed, dropped, ran }: Finished): Promise<void> {
  const { ports, source, mapping, queue } = batch;
  const now = ports.clock.now();
  const gone = [...delivered.map(({ handle }) => handle), ...dropped];
  const back = failed.map(({ handle }) => handle);
  const delayMs = Math.max(0, batch.receivedAt + queue.visibilityTimeoutMs - now);
  const well = ran?.kind === 'ran' ? ran : undefined;
  const ends = endsOf(batch, well?.requestId ?? ports.ids.uuid(), { delivered, failed, dropped, ran });
  const sums: MappingSums = {
    filtered: dropped.length,
    delivered: delivered.length,
    failed: failed.length,
    batches: ends.length > 0 ? 1 : 0,
    attempts: well ? 1 : 0,
  };
  const causedBy = well && { requestId: well.requestId, records: [...delivered, ...failed] };
  const lastResult = delivered.length + failed.length === 0 ? undefined : failed.length > 0 ? FAILED : 'OK';
  await transactUntilDone(
    ports,
    async (tx) => {
      if (gone.length > 0) await source.remove(tx, mapping.sourceArn, gone);
      if (back.length > 0) await source.release(tx, mapping.sourceArn, back, delayMs);
      await recordBatch(tx, mapping, { sums, now, lastResult, meter: well?.meter, causedBy, ends }, ports.meterIn);
    },
    batch.stopped,
  );
}

function endsOf({ mapping }: QueueBatch, id: string, { delivered, failed, ran }: Finished): BatchEnd[] {
  const end = (kind: OutcomeKind, reason: string, records: readonly QueueRecord[]): BatchEnd => ({
    id: kind === 'failed' && delivered.length > 0 ? `${id}/failed` : id,
    kind,
    reason,
    records,
    attempts: ran?.kind === 'ran' ? 1 : 0,
    topic: mapping.source,
    lane: 0,
    position: 0,
  });
  const reason = ran?.kind === 'throttled' ? ran.reason : 'ReturnedToQueue';
  return [
    ...(delivered.length > 0 ? [end('delivered', 'Success', delivered)] : []),
    ...(failed.length > 0 ? [end('failed', reason, failed)] : []),
  ];
}
