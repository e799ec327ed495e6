import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('tells all of a stream, shards page by page', async () => {
  await room.made(3);
  const { StreamDescription } = await room.call('DescribeStream', { StreamName: 's', Limit: 2 });
  const { Shards, StreamCreationTimestamp, ...rest } = StreamDescription;
  assert.deepEqual(rest, {
    StreamName: 's',
    StreamARN: STREAM_ARN,
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
    RetentionPeriodHours: 24,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: 'NONE',
    HasMoreShards: true,
  });
  assert.equal(StreamCreationTimestamp.getTime(), room.clock.now());
  assert.deepEqual(
    Shards.map(({ ShardId }: { ShardId: string }) => ShardId),
    ['shardId-000000000000', 'shardId-000000000001'],
  );
  const more = await room.call('DescribeStream', { StreamARN: STREAM_ARN, ExclusiveStartShardId: Shards[1].ShardId });
  assert.equal(more.StreamDescription.Shards[0].ShardId, 'shardId-000000000002');
  assert.equal(more.StreamDescription.HasMoreShards, false);
});

test('a stream is named by name, by ARN, or not at all', async () => {
  await refused(room.call('DescribeStream', {}), 'InvalidArgumentException');
  await refused(room.call('DescribeStream', { StreamARN: STREAM_ARN, StreamName: 'other' }), 'InvalidArgumentException');
  await refused(room.call('DescribeStream', { StreamName: 's', StreamId: 'x' }), 'NotImplemented');
  await refused(room.call('DescribeStream', { StreamName: 's' }, { account: '111111111111' }), 'ResourceNotFoundException');
});
