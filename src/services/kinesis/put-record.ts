import type { PutRecordInput, PutRecordOutput } from '@aws-sdk/client-kinesis';
import { fail } from '../../kernel/index.ts';
import { type Operation, settingNotImplemented } from '../../model/index.ts';
import type { Stream } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { invalidArgument, laidOut, laidOutIn, streamRef } from './found.ts';
import { appendRecord, missingKey, newRecord, rateExceeded, tooLarge } from './records.ts';
import { parseSequence, shardIdOf } from './sequence-numbers.ts';

/** PutRecord (spec/backends.md §5). Records of a shard are in the order of their acceptance, so SequenceNumberForOrdering always holds. */
export function putRecord(deps: KinesisDeps): Operation<PutRecordInput, PutRecordOutput> {
  return async (input, context) => {
    const { now: time, cause, requestId: id } = context;
    if (input.DryRun) throw settingNotImplemented('DryRun');
    if (input.PartitionKey === undefined) throw missingKey('partitionKey');
    const ref = streamRef(input, context);
    const { body, hash, size } = newRecord(input);
    const { stream, layout } = await laidOut(deps, ref);
    checkOrdering(input.SequenceNumberForOrdering, stream);
    if (size > stream.maxRecordKiB * 1024) throw tooLarge('data', stream.maxRecordKiB * 1024);
    const { shard } = layout.of(hash);
    if (!deps.throttles.write(stream.id, shard, size))
      throw fail('ProvisionedThroughputExceededException', rateExceeded(shard, stream));
    return deps.store.transact(async (tx) => {
      const current = await laidOutIn(tx, deps, ref);
      const into = { stream: current.stream, shard: current.layout.of(hash) };
      const SequenceNumber = await appendRecord(tx, into, { id, time, cause, body });
      return { ShardId: shardIdOf(into.shard.shard), SequenceNumber };
    });
  };
}

function checkOrdering(text: string | undefined, { name, account }: Stream): void {
  if (text === undefined || parseSequence(text)) return;
  throw invalidArgument(
    `ExclusiveMinimumSequenceNumber ${text} used in PutRecord on stream ${name} under account ${account} is invalid.`,
  );
}
