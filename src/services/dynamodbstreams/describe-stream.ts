import type { DescribeStreamCommandInput, DescribeStreamCommandOutput, Shard } from '@aws-sdk/client-dynamodb-streams';
import { changeSequence, changeTopic, type Operation, type TableStream } from '../../model/index.ts';
import type { StreamsDeps } from './deps.ts';
import { streamOf } from './found.ts';

/** DescribeStream: a stream has one shard, which ends when the stream is disabled (spec/backends.md §4). */
export function describeStream(
  deps: StreamsDeps,
): Operation<DescribeStreamCommandInput, Omit<DescribeStreamCommandOutput, '$metadata'>> {
  return async (input) => {
    const stream = await streamOf(deps.store.read, input.StreamArn);
    const { first } = await deps.store.read.bounds(changeTopic.name, stream.lane);
    return {
      StreamDescription: {
        StreamArn: input.StreamArn!,
        StreamLabel: stream.label,
        StreamStatus: stream.end === undefined ? 'ENABLED' : 'DISABLED',
        StreamViewType: stream.viewType,
        CreationRequestDateTime: new Date(stream.created),
        TableName: stream.table,
        KeySchema: [...stream.keySchema],
        Shards: isAsked(input, stream) ? [shardDescription(stream, first)] : [],
      },
    };
  };
}

/** The shard has no children, and nothing comes after it. */
function isAsked(
  { ExclusiveStartShardId: start, ShardFilter: filter }: DescribeStreamCommandInput,
  { shardId }: TableStream,
): boolean {
  return filter === undefined && (start === undefined || shardId > start);
}

function shardDescription({ shardId, first, end }: TableStream, kept: number): Shard {
  return {
    ShardId: shardId,
    SequenceNumberRange: {
      StartingSequenceNumber: changeSequence(Math.max(first, Math.min(kept, end ?? kept))),
      ...(end === undefined ? {} : { EndingSequenceNumber: changeSequence(Math.max(end - 1, first)) }),
    },
  };
}
