import type { DescribeStreamInput, DescribeStreamOutput } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import type { KinesisDeps } from './deps.ts';
import { describeShard, describeStreamRow } from './descriptions.ts';
import { laidOut, streamRef } from './found.ts';
import { shardIdOf } from './sequence-numbers.ts';

/** DescribeStream: shards in order of their ids, 100 at a time unless Limit says otherwise. */
export function describeStream(deps: KinesisDeps): Operation<DescribeStreamInput, DescribeStreamOutput> {
  return async (input, context) => {
    const { stream, layout } = await laidOut(deps, streamRef(input, context));
    const after = input.ExclusiveStartShardId ?? '';
    const found = layout.all.filter(({ shard }) => shardIdOf(shard) > after);
    const limit = input.Limit ?? 100;
    const Shards = found.slice(0, limit).map(describeShard);
    return { StreamDescription: { ...describeStreamRow(stream), Shards, HasMoreShards: found.length > limit } };
  };
}
