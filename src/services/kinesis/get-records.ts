import type { GetRecordsInput, GetRecordsOutput } from '@aws-sdk/client-kinesis';
import { fail } from '../../kernel/index.ts';
import { type Operation, settingNotImplemented } from '../../model/index.ts';
import type { KinesisDeps } from './deps.ts';
import { describeChildren } from './descriptions.ts';
import { arnOf, invalidArgument, laidOut, shardToRead } from './found.ts';
import { checkClaim, claimOf, sealIterator } from './iterators.ts';
import { readShard } from './read-shard.ts';
import { rateExceeded } from './records.ts';
import { shardIdOf } from './sequence-numbers.ts';

/** GetRecords (spec/backends.md §5): at most 10,000 records or 10 MiB; a closed shard ends without NextShardIterator and names its children. */
export function getRecords(deps: KinesisDeps): Operation<GetRecordsInput, GetRecordsOutput> {
  return async (input, { now }) => {
    if (input.StreamId !== undefined) throw settingNotImplemented('StreamId');
    const claim = claimOf(input.ShardIterator!);
    if (input.StreamARN !== undefined && input.StreamARN !== arnOf(claim))
      throw invalidArgument(`ShardIterator is not of stream ${input.StreamARN}.`);
    const { stream, layout } = await laidOut(deps, claim);
    checkClaim(claim, stream, now);
    const shard = shardToRead({ stream, layout }, shardIdOf(claim.shard));
    if (!deps.throttles.read(stream.id, shard.shard))
      throw fail('ProvisionedThroughputExceededException', rateExceeded(shard.shard, stream));
    const limit = input.Limit ?? 10_000;
    const { records, next, bytes, behindMs } = await readShard(deps.store.read, { shard, now }, claim.position, limit);
    deps.throttles.readBytes(stream.id, shard.shard, bytes);
    const answer = { Records: records, MillisBehindLatest: behindMs };
    if (shard.end !== undefined && next >= shard.end) return { ...answer, ChildShards: describeChildren(layout, shard.shard) };
    return { ...answer, NextShardIterator: sealIterator(stream, { shard: shard.shard, position: next }, now) };
  };
}
