import type { Service } from '../../kernel/index.ts';
import type { Operation, PutInto, ServiceTable, StreamSource } from '../../model/index.ts';
import { accessOf } from './access.ts';
import { createStream } from './create-stream.ts';
import { deleteStream } from './delete-stream.ts';
import type { KinesisDeps, KinesisPorts } from './deps.ts';
import { deregisterStreamConsumer } from './deregister-stream-consumer.ts';
import { describeLimits } from './describe-limits.ts';
import { describeStream } from './describe-stream.ts';
import { describeStreamConsumer } from './describe-stream-consumer.ts';
import { describeStreamSummary } from './describe-stream-summary.ts';
import { disableEnhancedMonitoring, enableEnhancedMonitoring } from './enhanced-monitoring.ts';
import { getRecords } from './get-records.ts';
import { getShardIterator } from './get-shard-iterator.ts';
import { Layouts } from './layouts.ts';
import { listShards } from './list-shards.ts';
import { listStreamConsumers } from './list-stream-consumers.ts';
import { listStreams } from './list-streams.ts';
import { mergeShards } from './merge-shards.ts';
import { putInto } from './put-into.ts';
import { putRecord } from './put-record.ts';
import { putRecords } from './put-records.ts';
import { registerStreamConsumer } from './register-stream-consumer.ts';
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './resource-policies.ts';
import { listTagsForResource, tagResource, untagResource } from './resource-tags.ts';
import { decreaseStreamRetentionPeriod, increaseStreamRetentionPeriod } from './retention-periods.ts';
import { splitShard } from './split-shard.ts';
import { startStreamEncryption, stopStreamEncryption } from './stream-encryption.ts';
import { streamSource } from './stream-source.ts';
import { addTagsToStream, listTagsForStream, removeTagsFromStream } from './stream-tags.ts';
import { subscribeToShard } from './subscribe-to-shard.ts';
import { Subscriptions } from './subscriptions.ts';
import { Sweep } from './sweep.ts';
import { Throttles } from './throttles.ts';
import { updateMaxRecordSize } from './update-max-record-size.ts';
import { updateShardCount } from './update-shard-count.ts';
import { updateStreamMode } from './update-stream-mode.ts';
import { Watchers } from './watchers.ts';

export { streamPolicy } from './access.ts';
export { schema } from './collections.ts';
export type { KinesisPorts } from './deps.ts';

export interface Kinesis extends ServiceTable {
  /** What event source mappings read. */
  readonly source: StreamSource;
  readonly putInto: PutInto;
  /** Whether there is a stream of that ARN. */
  readonly exists: (arn: string) => Promise<boolean>;
  /** Retention, cleared lanes, growth of on-demand streams. */
  readonly sweep: Service & { round(): Promise<void> };
}

/** Kinesis Data Streams (spec/backends.md §5). What is not here is answered NotImplemented by the gateway. */
export function kinesisService(ports: KinesisPorts): Kinesis {
  const { store, clock, ids, logger } = ports;
  const deps: KinesisDeps = {
    store,
    clock,
    ids,
    logger,
    layouts: new Layouts(),
    throttles: new Throttles(clock),
    subscriptions: new Subscriptions(),
    watchers: new Watchers(),
  };
  const source = streamSource(deps);
  return {
    operations: { ...streamOperations(deps), ...recordOperations(deps), ...settingOperations(deps) } as Readonly<
      Record<string, Operation>
    >,
    access: accessOf(deps.store.read),
    source,
    exists: async (arn) => (await source.find(arn)) !== undefined,
    putInto: putInto(deps),
    sweep: new Sweep(deps),
  };
}

function streamOperations(deps: KinesisDeps) {
  return {
    CreateStream: createStream(deps),
    DeleteStream: deleteStream(deps),
    DescribeLimits: describeLimits(deps),
    DescribeStream: describeStream(deps),
    DescribeStreamSummary: describeStreamSummary(deps),
    ListShards: listShards(deps),
    ListStreams: listStreams(deps),
    MergeShards: mergeShards(deps),
    SplitShard: splitShard(deps),
    UpdateShardCount: updateShardCount(deps),
    UpdateStreamMode: updateStreamMode(deps),
  };
}

function recordOperations(deps: KinesisDeps) {
  return {
    DeregisterStreamConsumer: deregisterStreamConsumer(deps),
    DescribeStreamConsumer: describeStreamConsumer(deps),
    GetRecords: getRecords(deps),
    GetShardIterator: getShardIterator(deps),
    ListStreamConsumers: listStreamConsumers(deps),
    PutRecord: putRecord(deps),
    PutRecords: putRecords(deps),
    RegisterStreamConsumer: registerStreamConsumer(deps),
    SubscribeToShard: subscribeToShard(deps),
  };
}

function settingOperations(deps: KinesisDeps) {
  return {
    AddTagsToStream: addTagsToStream(deps),
    DecreaseStreamRetentionPeriod: decreaseStreamRetentionPeriod(deps),
    DeleteResourcePolicy: deleteResourcePolicy(deps),
    DisableEnhancedMonitoring: disableEnhancedMonitoring(deps),
    EnableEnhancedMonitoring: enableEnhancedMonitoring(deps),
    GetResourcePolicy: getResourcePolicy(deps),
    IncreaseStreamRetentionPeriod: increaseStreamRetentionPeriod(deps),
    ListTagsForResource: listTagsForResource(deps),
    ListTagsForStream: listTagsForStream(deps),
    PutResourcePolicy: putResourcePolicy(deps),
    RemoveTagsFromStream: removeTagsFromStream(deps),
    StartStreamEncryption: startStreamEncryption(deps),
    StopStreamEncryption: stopStreamEncryption(deps),
    TagResource: tagResource(deps),
    UntagResource: untagResource(deps),
    UpdateMaxRecordSize: updateMaxRecordSize(deps),
  };
}
