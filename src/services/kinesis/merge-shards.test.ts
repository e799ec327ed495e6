import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const merge = (one: number, other: number) =>
  room.call('MergeShards', {
    StreamName: 's',
    ShardToMerge: `shardId-00000000000${one}`,
    AdjacentShardToMerge: `shardId-00000000000${other}`,
  });

test('two neighbours become one, named in the order they were given', async () => {
  await room.made(3);
  await merge(1, 0);
  const { Shards } = await room.call('ListShards', { StreamName: 's' });
  const { ParentShardId, AdjacentParentShardId, HashKeyRange } = Shards[3];
  assert.deepEqual([ParentShardId, AdjacentParentShardId], ['shardId-000000000001', 'shardId-000000000000']);
  assert.deepEqual([HashKeyRange.StartingHashKey, HashKeyRange.EndingHashKey], ['0', Shards[1].HashKeyRange.EndingHashKey]);
  assert.equal((await room.call('DescribeStreamSummary', { StreamName: 's' })).StreamDescriptionSummary.OpenShardCount, 2);
});

test('only open neighbours are merged', async () => {
  assert.match((await refused(merge(0, 2), 'InvalidArgumentException')).message, /already been merged or split/);
  await room.call('CreateStream', { StreamName: 'far', ShardCount: 3 });
  const far = { StreamName: 'far', ShardToMerge: 'shardId-000000000000', AdjacentShardToMerge: 'shardId-000000000002' };
  assert.match((await refused(room.call('MergeShards', far), 'InvalidArgumentException')).message, /are not an adjacent pair/);
  await refused(merge(2, 9), 'ResourceNotFoundException');
});
