import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('a stream is there at once, its shards in even ranges', async () => {
  assert.deepEqual(await room.call('CreateStream', { StreamName: 's', ShardCount: 3, Tags: { a: 'b' } }), {});
  const { Shards } = await room.call('ListShards', { StreamName: 's' });
  assert.deepEqual(
    Shards.map((shard: { HashKeyRange: object }) => shard.HashKeyRange),
    [
      { StartingHashKey: '0', EndingHashKey: '113427455640312821154458202477256070484' },
      { StartingHashKey: '113427455640312821154458202477256070485', EndingHashKey: '226854911280625642308916404954512140969' },
      { StartingHashKey: '226854911280625642308916404954512140970', EndingHashKey: '340282366920938463463374607431768211455' },
    ],
  );
  assert.deepEqual((await room.call('ListTagsForStream', { StreamName: 's' })).Tags, [{ Key: 'a', Value: 'b' }]);
  const error = await refused(room.call('CreateStream', { StreamName: 's', ShardCount: 1 }), 'ResourceInUseException');
  assert.equal(error.message, 'Stream s under account 000000000000 already exists.');
});

test('an on-demand stream begins with four shards and takes no count', async () => {
  const StreamModeDetails = { StreamMode: 'ON_DEMAND' };
  await room.call('CreateStream', { StreamName: 'od', StreamModeDetails });
  assert.equal((await room.call('DescribeStreamSummary', { StreamName: 'od' })).StreamDescriptionSummary.OpenShardCount, 4);
  await refused(room.call('CreateStream', { StreamName: 'x', StreamModeDetails, ShardCount: 1 }), 'InvalidArgumentException');
  await refused(room.call('CreateStream', { StreamName: 'x' }), 'InvalidArgumentException');
});

test('the same name in another account or region is another stream', async () => {
  for (const place of [{ account: '111111111111' }, { region: 'eu-west-1' }])
    await room.call('CreateStream', { StreamName: 's', ShardCount: 1 }, place);
});

test('more shards than an account may have are refused, and what is not enforced by name', async () => {
  const error = await refused(room.call('CreateStream', { StreamName: 'x', ShardCount: 10_001 }), 'LimitExceededException');
  assert.match(error.message, /at most 10000/);
  await room.call('CreateStream', { StreamName: 'big', ShardCount: 10_000 });
  const beyond = await refused(room.call('CreateStream', { StreamName: 'big2', ShardCount: 9_999 }), 'LimitExceededException');
  assert.match(
    beyond.message,
    /exceed the shard limit for the account 000000000000 in us-east-1\. Current shard count for the account: 10007\. Limit: 20000/,
  );
  await refused(room.call('CreateStream', { StreamName: 'x', ShardCount: 1, WarmThroughputMiBps: 5 }), 'NotImplemented');
  await refused(
    room.call('CreateStream', { StreamName: 'x', ShardCount: 1, RecordDistributionStrategy: 'AUTO' }),
    'NotImplemented',
  );
  await refused(room.call('CreateStream', { StreamName: 'x', ShardCount: 1, Tags: { 'a%': 'b' } }), 'InvalidArgumentException');
});
