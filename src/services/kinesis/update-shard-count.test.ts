import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const update = (TargetShardCount: number) =>
  room.call('UpdateShardCount', { StreamName: 's', TargetShardCount, ScalingType: 'UNIFORM_SCALING' });
const open = async () => {
  const { Shards } = await room.call('ListShards', { StreamName: 's', ShardFilter: { Type: 'AT_LATEST' } });
  return Shards.map(({ HashKeyRange }: { HashKeyRange: { StartingHashKey: string } }) =>
    BigInt(HashKeyRange.StartingHashKey),
  ).sort((a: bigint, b: bigint) => (a < b ? -1 : 1));
};

test('scales to even ranges, within double and half, ten times a day', async () => {
  await room.made(2);
  assert.deepEqual(await update(4), {
    StreamName: 's',
    CurrentShardCount: 2,
    TargetShardCount: 4,
    StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
  });
  assert.deepEqual(await open(), [0n, 2n ** 126n, 2n ** 127n, 3n * 2n ** 126n]);
  await update(3);
  const third = 2n ** 128n / 3n;
  assert.deepEqual(await open(), [0n, third, third * 2n]);
  assert.equal(
    (await refused(update(7), 'InvalidArgumentException')).message,
    'UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 3 Target shard count: 7',
  );
  assert.match((await refused(update(1), 'InvalidArgumentException')).message, /cannot scale down below half/);
  for (let i = 2; i < 10; i++) await update(i % 2 === 0 ? 2 : 3);
  await refused(update(3), 'LimitExceededException');
  await room.clock.advance(24 * 3_600_000);
  await update(2);
});

test('records stay readable along the shards that they were put into', async () => {
  const put = await room.put('a', 'b', 'c');
  await update(4);
  const seen: string[] = [];
  for (const { ShardId } of put) {
    const ShardIterator = await room.iterator(Number(ShardId.slice(-12)), 'TRIM_HORIZON');
    const answer = await room.call('GetRecords', { ShardIterator });
    assert.equal(answer.NextShardIterator, undefined);
    assert.equal(answer.ChildShards.length, 2);
    seen.push(...answer.Records.map(({ PartitionKey }: { PartitionKey: string }) => PartitionKey));
  }
  assert.deepEqual([...new Set(seen)].sort(), ['a', 'b', 'c']);
});
