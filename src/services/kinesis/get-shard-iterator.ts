import type { GetShardIteratorInput, GetShardIteratorOutput } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import type { KinesisDeps } from './deps.ts';
import { laidOut, shardToRead, streamRef } from './found.ts';
import { sealIterator } from './iterators.ts';
import { startOf } from './starting-positions.ts';

/** GetShardIterator, of all five types (spec/backends.md §5). The position is found now, and holds for five minutes. */
export function getShardIterator(deps: KinesisDeps): Operation<GetShardIteratorInput, GetShardIteratorOutput> {
  return async (input, context) => {
    const found = await laidOut(deps, streamRef(input, context));
    const shard = shardToRead(found, input.ShardId!);
    const start = {
      type: input.ShardIteratorType!,
      sequence: input.StartingSequenceNumber,
      time: input.Timestamp?.getTime(),
      operation: 'GetShardIterator',
    };
    const position = await startOf(deps.store.read, { stream: found.stream, shard, now: context.now }, start);
    return { ShardIterator: sealIterator(found.stream, { shard: shard.shard, position }, context.now) };
  };
}
