import type { ChildShard, ConsumerDescription, Shard as ShardOutput, StreamDescriptionSummary } from '@aws-sdk/client-kinesis';
import type { Consumer, Shard, Stream } from './collections.ts';
import { arnOf, consumerArn } from './found.ts';
import { decimalOf } from './hash-keys.ts';
import type { Layout } from './layouts.ts';
import { sequenceNumber, shardIdOf } from './sequence-numbers.ts';

/** A shard in the words of DescribeStream and ListShards. */
export function describeShard({ shard, parents, from, to, first, end }: Shard): ShardOutput {
  const [parent, adjacent] = parents;
  return {
    ShardId: shardIdOf(shard),
    ...(parent === undefined ? {} : { ParentShardId: shardIdOf(parent) }),
    ...(adjacent === undefined ? {} : { AdjacentParentShardId: shardIdOf(adjacent) }),
    HashKeyRange: { StartingHashKey: decimalOf(from), EndingHashKey: decimalOf(to) },
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceNumber(shard, first),
      ...(end === undefined ? {} : { EndingSequenceNumber: sequenceNumber(shard, end) }),
    },
  };
}

/** The children of a closed shard, in the words of GetRecords. */
export function describeChildren(layout: Layout, shard: number): ChildShard[] {
  return layout.childrenOf(shard).map((child) => ({
    ShardId: shardIdOf(child.shard),
    ParentShards: child.parents.map(shardIdOf),
    HashKeyRange: { StartingHashKey: decimalOf(child.from), EndingHashKey: decimalOf(child.to) },
  }));
}

/** What DescribeStream, DescribeStreamSummary and ListStreams say of a stream. A stream is ACTIVE from its first moment to its last. */
export function describeBriefly(stream: Stream) {
  return {
    StreamName: stream.name,
    StreamARN: arnOf(stream),
    StreamStatus: 'ACTIVE' as const,
    StreamModeDetails: { StreamMode: stream.mode },
    StreamCreationTimestamp: new Date(stream.created),
  };
}

export function describeStreamRow(stream: Stream) {
  return {
    ...describeBriefly(stream),
    RetentionPeriodHours: stream.retentionHours,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: 'NONE' as const,
  };
}

export function describeSummary(stream: Stream): StreamDescriptionSummary {
  return {
    ...describeStreamRow(stream),
    OpenShardCount: stream.open,
    ConsumerCount: stream.consumers,
    MaxRecordSizeInKiB: stream.maxRecordKiB,
  };
}

export function describeConsumerRow(stream: Stream, consumer: Consumer): ConsumerDescription {
  return {
    ConsumerName: consumer.name,
    ConsumerARN: consumerArn(stream, consumer),
    ConsumerStatus: 'ACTIVE',
    ConsumerCreationTimestamp: new Date(consumer.created),
    StreamARN: arnOf(stream),
  };
}
