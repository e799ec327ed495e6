import type { Transaction } from '../../kernel/index.ts';
import {
  addToMappingBooks,
  batchThreads,
  type DeliveryOutcome,
  type EventSourceMapping,
  effects,
  emptyMappingBooks,
  type Lineage,
  type MappingSums,
  type MeterIn,
  type MeterRecord,
  mappingBooks,
  mappingSubscriber,
  type OutcomeKind,
  outcomes,
  threadsOf,
} from '../../model/index.ts';

/** A record or message of a batch, for the ledger. */
export interface LedgerRecord {
  /** Sequence number or message id. */
  readonly id: string;
  /** As its publisher was told it. */
  readonly event: string;
  /** Epoch ms. */
  readonly time: number;
  readonly cause?: string | undefined;
}

/** How a batch, or a part of it, ended. */
export interface BatchEnd {
  readonly id: string;
  readonly kind: OutcomeKind;
  readonly reason: string;
  readonly deadLetter?: string;
  readonly error?: string;
  readonly attempts: number;
  readonly records: readonly LedgerRecord[];
  readonly topic: string;
  readonly lane: number;
  readonly position: number;
}

/** What one attempt, or a stretch that filters dropped, changes in the ledger. */
export interface BatchEntry {
  readonly sums: MappingSums;
  readonly now: number;
  readonly lastResult?: string | undefined;
  /** Of the invocation, and what it was caused by. */
  readonly meter?: MeterRecord | undefined;
  readonly causedBy?: { readonly requestId: string; readonly records: readonly LedgerRecord[] } | undefined;
  readonly lineage?: Lineage | undefined;
  readonly ends: readonly BatchEnd[];
}

/** Causes that are kept of one batch. */
const MOST_CAUSES = 1000;

/**
 * Writes what came of a batch: the mapping's books, outcome rows, threads of the trace, the meter. The threads from its records cost about
 * 10 to 20 µs a batch, however large (bench: drained).
 */
export async function recordBatch(
  tx: Transaction,
  mapping: EventSourceMapping,
  entry: BatchEntry,
  meterIn: MeterIn,
): Promise<void> {
  const { account, region, uuid } = mapping;
  const books = (await tx.get(mappingBooks, [account, region, uuid])) ?? emptyMappingBooks(mapping);
  await tx.put(mappingBooks, addToMappingBooks(books, entry.sums, entry.lastResult));
  if (entry.meter) await meterIn(tx, entry.meter);
  if (entry.causedBy) {
    const { requestId: effect, records } = entry.causedBy;
    for (const cause of causesOf(records)) await tx.put(effects, { cause, effect, account, time: entry.now });
  }
  for (const end of entry.ends) {
    const outcome = outcomeOf(mapping, end, entry);
    await tx.put(outcomes, outcome);
    for (const near of threadsOf(outcome.records)) await tx.put(batchThreads, { account, near, batch: outcome.id });
  }
}

function outcomeOf(
  { account, region, uuid, functionArn }: EventSourceMapping,
  end: BatchEnd,
  { now: time, lineage }: BatchEntry,
): DeliveryOutcome & { readonly records: readonly string[] } {
  const { records, ...rest } = end;
  return {
    ...rest,
    ...(lineage && { lineage }),
    account,
    region,
    subscriber: mappingSubscriber(uuid),
    target: functionArn,
    ...recordFacts(records, time),
    time,
  };
}

/** What the ledger says of the records of a batch. now: instead of the time of the first, when there is none. */
export function recordFacts(records: readonly LedgerRecord[], now: number) {
  const [first] = records;
  const cause = records.find((record) => record.cause !== undefined)?.cause;
  const mixed = cause !== undefined && records.some((record) => record.cause !== cause);
  return {
    event: first?.event ?? '',
    ...(cause !== undefined && { cause }),
    ...(mixed && { causes: records.map((record) => record.cause ?? '') }),
    size: records.length,
    records: records.map(({ id }) => id),
    acceptedAt: first?.time ?? now,
  };
}

function causesOf(records: readonly LedgerRecord[]): string[] {
  const causes = new Set<string>();
  for (const { cause } of records) if (cause !== undefined && causes.size < MOST_CAUSES) causes.add(cause);
  return [...causes];
}
