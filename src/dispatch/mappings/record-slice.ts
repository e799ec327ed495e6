import type { Transaction } from '../../kernel/index.ts';
import {
  type BatchStep,
  type Lineage,
  type MappingSums,
  mappingShards,
  type OpenWindow,
  type OutcomeKind,
  type SliceProgress,
  withoutPassed,
} from '../../model/index.ts';
import { transactUntilDone } from '../deliverer.ts';
import type { Batch, StreamRecord } from './collect-batch.ts';
import type { WriteDiscard } from './discard-batch.ts';
import type { Ran } from './invoke-batch.ts';
import { type BatchEnd, recordBatch } from './record-batch.ts';
import type { Shard } from './shard.ts';

/** One step of a slice: what came of a batch, and where the slice is after it. */
export interface SliceStep {
  readonly slice: number;
  readonly progress: SliceProgress;
  readonly window: OpenWindow | undefined;
  readonly batch: Batch;
  readonly step: BatchStep;
  readonly ran: Extract<Ran, { kind: 'ran' }> | undefined;
  readonly requestId: string;
  readonly invocations: number;
  readonly now: number;
  readonly lineage: Lineage | undefined;
  readonly writeDiscard: WriteDiscard | undefined;
  /** Why it was given up, or cannot be tried. */
  readonly error: string;
  /** Instead of what an invocation would say, as LastProcessingResult. */
  readonly problem: string | undefined;
}

/**
 * Writes a step in one transaction: position, books, outcome, meter, and what goes to a destination. Waits while the disk is full, or
 * whatever else refuses it: what the function did must be recorded before it is called again.
 */
export async function recordSlice(shard: Shard, step: SliceStep, refused: (error: unknown) => void): Promise<void> {
  const idle = shard.idle();
  await transactUntilDone(
    { ...shard.ports, refused },
    (tx) => write(tx, shard, step, idle),
    () => shard.reader.stopped,
  );
  if (step.ran) shard.ports.chains.end(step.ran.requestId);
}

async function write(tx: Transaction, shard: Shard, step: SliceStep, idle: readonly (number | undefined)[]): Promise<void> {
  const { mapping } = shard.live;
  const row = await tx.get(mappingShards, [mapping.uuid, shard.shardId]);
  if (!row) return;
  const slices = row.slices.map((one, i) => (i === step.slice ? step.progress : passing(one, idle[i])));
  const { window: _, ...kept } = row;
  await tx.put(mappingShards, withoutPassed({ ...kept, slices, ...(step.window && { window: step.window }) }));
  const ends = await endsOf(tx, shard, step);
  const { ran, now, batch } = step;
  const causedBy = ran && { requestId: ran.requestId, records: batch.records };
  const lastResult = step.problem ?? (ran && (step.step.next.length + (step.step.discarded ? 1 : 0) > 0 ? FAILED : 'OK'));
  await recordBatch(
    tx,
    mapping,
    { sums: sumsOf(step, ends), now, lastResult, meter: ran?.meter, causedBy, lineage: step.lineage, ends },
    shard.ports.meterIn,
  );
}

export const FAILED = 'PROBLEM: Function call failed';

/** A slice with nothing in hand has passed what it has seen. */
function passing(one: SliceProgress, idleAt: number | undefined): SliceProgress {
  return idleAt !== undefined && one.work === undefined && idleAt > one.position ? { position: idleAt } : one;
}

async function endsOf(tx: Transaction, shard: Shard, step: SliceStep): Promise<BatchEnd[]> {
  const { batch, step: what, requestId, invocations } = step;
  const ends: BatchEnd[] = [];
  const end = (id: string, kind: OutcomeKind, reason: string, records: readonly StreamRecord[]): BatchEnd => {
    const { topic, lane } = shard;
    return { id, kind, reason, records, attempts: invocations, topic, lane, position: records[0]?.position ?? batch.work.from };
  };
  if (what.delivered > 0 || (batch.final && what.next.length === 0 && !what.discarded))
    ends.push(end(requestId, 'delivered', 'Success', batch.records.slice(0, what.delivered)));
  if (what.discarded) {
    const deadLetter = await step.writeDiscard?.(tx);
    const lost = what.discarded === 'RecordAgeExceeded' ? 'expired' : 'failed';
    const id = what.delivered > 0 ? `${requestId}/discarded` : requestId;
    const made = end(id, deadLetter === undefined ? lost : 'dead-lettered', what.discarded, batch.records.slice(what.delivered));
    ends.push({ ...made, ...(deadLetter !== undefined && { deadLetter }), ...(step.error !== '' && { error: step.error }) });
  }
  return ends;
}

function sumsOf({ batch, ran }: SliceStep, ends: readonly BatchEnd[]): MappingSums {
  const count = (kind: OutcomeKind) => ends.reduce((sum, end) => sum + (end.kind === kind ? end.records.length : 0), 0);
  return {
    filtered: batch.filtered,
    delivered: count('delivered'),
    failed: count('failed'),
    'dead-lettered': count('dead-lettered'),
    expired: count('expired') + batch.lost,
    batches: ends.length > 0 ? 1 : 0,
    attempts: ran ? 1 : 0,
  };
}
