import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const ids = ({ Shards }: { Shards?: { ShardId: string }[] }) => Shards!.map(({ ShardId }) => Number(ShardId.slice(-12)));

test('pages through shards, with a token that lives five minutes', async () => {
  await room.made(5);
  const first = await room.call('ListShards', { StreamName: 's', MaxResults: 2 });
  assert.deepEqual(ids(first), [0, 1]);
  const second = await room.call('ListShards', { NextToken: first.NextToken, MaxResults: 3 });
  assert.deepEqual([ids(second), second.NextToken], [[2, 3, 4], undefined]);
  assert.deepEqual(ids(await room.call('ListShards', { StreamName: 's', ExclusiveStartShardId: 'shardId-000000000003' })), [4]);
  await refused(room.call('ListShards', { NextToken: first.NextToken, StreamName: 's' }), 'InvalidArgumentException');
  await refused(room.call('ListShards', {}), 'InvalidArgumentException');
  const created = room.clock.now();
  const of = (time: number) => room.call('ListShards', { StreamName: 's', StreamCreationTimestamp: new Date(time) });
  assert.equal(ids(await of(created)).length, 5);
  await refused(of(created + 1000), 'ResourceNotFoundException');
  await refused(room.call('ListShards', { NextToken: 'x' }), 'InvalidArgumentException');
  await room.clock.advance(300_001);
  await refused(room.call('ListShards', { NextToken: first.NextToken }), 'ExpiredNextTokenException');
});

test('filters by what was open when', async () => {
  const madeAt = room.clock.now();
  await room.call('CreateStream', { StreamName: 'f', ShardCount: 1 });
  await room.clock.advance(1000);
  await room.call('UpdateShardCount', { StreamName: 'f', TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' });
  await room.clock.advance(1000);
  const filtered = async (ShardFilter: object) => ids(await room.call('ListShards', { StreamName: 'f', ShardFilter }));
  assert.deepEqual(await filtered({ Type: 'AT_LATEST' }), [1, 2]);
  assert.deepEqual(await filtered({ Type: 'AT_TRIM_HORIZON' }), [0]);
  assert.deepEqual(await filtered({ Type: 'FROM_TRIM_HORIZON' }), [0, 1, 2]);
  assert.deepEqual(await filtered({ Type: 'AT_TIMESTAMP', Timestamp: new Date(madeAt + 999) }), [0]);
  assert.deepEqual(await filtered({ Type: 'AT_TIMESTAMP', Timestamp: new Date(madeAt + 1000) }), [1, 2]);
  assert.deepEqual(await filtered({ Type: 'FROM_TIMESTAMP', Timestamp: new Date(madeAt + 500) }), [0, 1, 2]);
  assert.deepEqual(await filtered({ Type: 'FROM_TIMESTAMP', Timestamp: new Date(madeAt + 1500) }), [1, 2]);
  assert.deepEqual(await filtered({ Type: 'AFTER_SHARD_ID', ShardId: 'shardId-000000000001' }), [2]);
  await refused(filtered({ Type: 'AFTER_SHARD_ID' }), 'InvalidArgumentException');
  await refused(filtered({ Type: 'AT_TIMESTAMP' }), 'InvalidArgumentException');
  const Timestamp = new Date(madeAt + 500);
  const page = await room.call('ListShards', {
    StreamName: 'f',
    MaxResults: 1,
    ShardFilter: { Type: 'AT_TIMESTAMP', Timestamp },
  });
  assert.deepEqual([ids(page), page.NextToken], [[0], undefined]);
  const rest = await room.call('ListShards', { StreamName: 'f', MaxResults: 1, ShardFilter: { Type: 'AT_LATEST' } });
  assert.deepEqual(ids(await room.call('ListShards', { NextToken: rest.NextToken })), [2], 'the token carries the filter');
});
