import type { PutRecordsInput, PutRecordsOutput, PutRecordsResultEntry } from '@aws-sdk/client-kinesis';
import { type Operation, type OperationContext, settingNotImplemented } from '../../model/index.ts';
import type { KinesisDeps } from './deps.ts';
import { invalidArgument, laidOut, laidOutIn, type StreamRef, streamRef } from './found.ts';
import { appendRecord, missingKey, type NewRecord, newRecord, rateExceeded, tooLarge } from './records.ts';
import { shardIdOf } from './sequence-numbers.ts';

const MOST_BYTES = 10 * 2 ** 20;

/** PutRecords (spec/backends.md §5): what its shard does not take now fails by itself, in its place. Ten records: bench/events.ts. */
export function putRecords(deps: KinesisDeps): Operation<PutRecordsInput, PutRecordsOutput> {
  return async (input, context) => {
    if (input.DryRun) throw settingNotImplemented('DryRun');
    const ref = streamRef(input, context);
    const records = input.Records!.map((entry, i) => {
      if (entry.PartitionKey === undefined) throw missingKey(`records.${i + 1}.member.partitionKey`);
      return newRecord(entry);
    });
    const results = new Array<PutRecordsResultEntry | undefined>(records.length);
    await admit(deps, ref, { records, results });
    if (results.includes(undefined)) await putAll(deps, ref, { records, results, context });
    const failed = results.reduce((count, result) => (result!.ErrorCode === undefined ? count : count + 1), 0);
    return { FailedRecordCount: failed, Records: results as PutRecordsResultEntry[] };
  };
}

interface Batch {
  readonly records: readonly NewRecord[];
  /** In the order of the records; undefined where there is none yet. */
  readonly results: (PutRecordsResultEntry | undefined)[];
}

/** Refuses what is too large, and what the shards' limits do not let through. Outside of the transaction, which may run twice. */
async function admit(deps: KinesisDeps, ref: StreamRef, { records, results }: Batch): Promise<void> {
  const { stream, layout } = await laidOut(deps, ref);
  const limit = stream.maxRecordKiB * 1024;
  let total = 0;
  for (const [i, { size }] of records.entries()) {
    if (size > limit) throw tooLarge(`records.${i + 1}.member.data`, limit);
    total += size;
  }
  if (total > MOST_BYTES) throw invalidArgument('Records size exceeds 10 MB limit');
  for (const [i, { hash, size }] of records.entries()) {
    const { shard } = layout.of(hash);
    if (!deps.throttles.write(stream.id, shard, size))
      results[i] = { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: rateExceeded(shard, stream) };
  }
}

async function putAll(
  deps: KinesisDeps,
  ref: StreamRef,
  { records, results, context }: Batch & { readonly context: OperationContext },
): Promise<void> {
  const { now: time, cause, requestId } = context;
  const refused = [...results];
  await deps.store.transact(async (tx) => {
    const { stream, layout } = await laidOutIn(tx, deps, ref);
    for (const [i, { body, hash }] of records.entries()) {
      if (refused[i]) continue;
      const shard = layout.of(hash);
      const id = `${requestId}/${i}`;
      const SequenceNumber = await appendRecord(tx, { stream, shard }, { id, time, cause, body });
      results[i] = { SequenceNumber, ShardId: shardIdOf(shard.shard) };
    }
  });
}
