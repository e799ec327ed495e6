import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('tells a stream without its shards', async () => {
  await room.made(2);
  const { StreamDescriptionSummary } = await room.call('DescribeStreamSummary', { StreamName: 's' });
  const { OpenShardCount, ConsumerCount, MaxRecordSizeInKiB, StreamStatus, Shards } = StreamDescriptionSummary;
  assert.deepEqual([OpenShardCount, ConsumerCount, MaxRecordSizeInKiB, StreamStatus, Shards], [2, 0, 1024, 'ACTIVE', undefined]);
  await refused(room.call('DescribeStreamSummary', { StreamName: 'none' }), 'ResourceNotFoundException');
});
