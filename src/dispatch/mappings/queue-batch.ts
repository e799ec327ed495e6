import {
  cutBatches,
  type EventSourceMapping,
  effectiveVisibility,
  type FunctionSpec,
  type HeldBatch,
  type Lineage,
  type MappingSums,
  mappingSubscriber,
  type OutcomeKind,
  type QueueMessage,
  type QueueSource,
  queueRecord,
  type RecordFilter,
  readBatchAnswer,
  type SourceQueue,
} from '../../model/index.ts';
import { transactUntilDone } from '../deliverer.ts';
import { recurs } from '../lineage.ts';
import { joined } from './chains.ts';
import { invokeBatch, type Ran } from './invoke-batch.ts';
import type { RunnerPorts } from './ports.ts';
import { type BatchEnd, recordBatch, recordFacts } from './record-batch.ts';
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
    const shown = queueRecord(message, mapping.sourceArn, mapping.region);
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

/** What the function has, as the ledger shows it until there is an outcome. */
export function heldBatch(mapping: EventSourceMapping, { records }: Received, since: number): HeldBatch {
  const { account, region, uuid, source: topic, functionArn: target } = mapping;
  const subscriber = mappingSubscriber(uuid);
  const at = { topic, lane: 0, position: 0, attempts: 0, throttles: 0, nextAt: since };
  return { id: `${subscriber}/${records[0]?.id}`, account, region, subscriber, target, ...at, ...recordFacts(records, since) };
}

/** What a batch of a queue needs besides its messages. */
export interface QueueBatch {
  readonly ports: RunnerPorts;
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
  const chains = await batch.ports.chains.ofEach(records, batch.mapping.functionArn);
  const looping = loopsIn(batch, records, chains);
  if (looping.size > 0) await finish(batch, { delivered: [], failed: [...looping], dropped: [], reason: 'RecursiveInvocation' });
  const left = looping.size > 0 ? records.filter((record) => !looping.has(record)) : records;
  if (left.length === 0) return dropped.length > 0 ? finish(batch, { delivered: [], failed: [], dropped }) : undefined;
  const parts = cutBatches(left, batch.mapping.settings.batchSize).map((part, i) => ({
    records: part,
    dropped: i === 0 ? dropped : [],
    lineage: joined(part.map((one) => chainOf(chains, one))),
  }));
  if (batch.queue.fifo) return runInOrder(batch, parts);
  await Promise.all(parts.map((part) => runBatch(batch, part)));
}

async function runInOrder(batch: QueueBatch, parts: readonly Part[]): Promise<void> {
  for (const [i, part] of parts.entries()) {
    if (await runBatch(batch, part)) continue;
    const behind = parts.slice(i + 1).flatMap(({ records }) => records);
    if (behind.length > 0) await finish(batch, { delivered: [], failed: behind, dropped: [] });
    return;
  }
}

interface Part extends Received {
  readonly lineage: Lineage;
}

/** Messages that the function caused itself, over and over (spec/invoke.md §11); in a FIFO queue with all that are with them. */
function loopsIn(
  { spec, mapping, queue }: QueueBatch,
  records: readonly QueueRecord[],
  chains: ReadonlyMap<string, Lineage>,
): ReadonlySet<QueueRecord> {
  if (spec.mayRecur) return new Set();
  const looping = records.filter((record) => recurs(chainOf(chains, record), mapping.functionArn));
  return new Set(looping.length > 0 && queue.fifo ? records : looping);
}

function chainOf(chains: ReadonlyMap<string, Lineage>, { cause = '' }: QueueRecord): Lineage {
  return chains.get(cause) ?? {};
}

/** Answers whether all of it was delivered. */
async function runBatch(batch: QueueBatch, { records, dropped, lineage }: Part): Promise<boolean> {
  const payload = `{"Records":[${records.map(({ text }) => text).join(',')}]}`;
  const ran = await invokeWhileHidden(batch, payload, lineage);
  const failed = new Set(failedOf(batch, records, ran));
  const delivered = failed.size === 0 ? records : records.filter((_, i) => !failed.has(i));
  await finish(batch, {
    delivered,
    failed: failed.size === 0 ? [] : records.filter((_, i) => failed.has(i)),
    dropped,
    ran,
    lineage,
  });
  return failed.size === 0;
}

/** Throttled batches are tried again while their messages are hidden (§11). */
async function invokeWhileHidden(batch: QueueBatch, payload: string, lineage: Lineage): Promise<Ran> {
  const { ports, mapping, spec } = batch;
  const until = batch.receivedAt + batch.visibilityMs;
  for (let tries = 1; ; tries++) {
    const maxWaitMs = Math.min(MOST_WAIT_MS, Math.max(LEAST_WAIT_MS, until - ports.clock.now()));
    const ran = await invokeBatch(ports, mapping, { spec, payload, lineage, maxWaitMs });
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
  readonly lineage?: Lineage;
  /** Why the failed ones were not even tried. */
  readonly reason?: string;
}

/** Takes delivered and dropped messages out of the queue and lets the others come back, in one transaction with the ledger. */
async function finish(batch: QueueBatch, what: Finished): Promise<void> {
  const { delivered, failed, dropped, ran, lineage } = what;
  const { ports, source, mapping, queue } = batch;
  const now = ports.clock.now();
  const gone = [...delivered.map(({ handle }) => handle), ...dropped];
  // Hidden for the queue's own time, they come back by themselves.
  const back = batch.visibilityMs > queue.visibilityTimeoutMs ? failed.map(({ handle }) => handle) : [];
  const delayMs = Math.max(0, batch.receivedAt + queue.visibilityTimeoutMs - now);
  const well = ran?.kind === 'ran' ? ran : undefined;
  const ends = endsOf(batch, well?.requestId ?? ports.ids.uuid(), what);
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
      await recordBatch(tx, mapping, { sums, now, lastResult, meter: well?.meter, causedBy, lineage, ends }, ports.meterIn);
    },
    batch.stopped,
  );
  if (well) ports.chains.end(well.requestId);
}

function endsOf({ mapping }: QueueBatch, id: string, { delivered, failed, ran, reason: given }: Finished): BatchEnd[] {
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
  const reason = given ?? (ran?.kind === 'throttled' ? ran.reason : 'ReturnedToQueue');
  return [
    ...(delivered.length > 0 ? [end('delivered', 'Success', delivered)] : []),
    ...(failed.length > 0 ? [end('failed', reason, failed)] : []),
  ];
}
