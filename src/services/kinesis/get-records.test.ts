import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const get = (ShardIterator: string, Limit?: number) => room.call('GetRecords', { ShardIterator, ...(Limit ? { Limit } : {}) });

test('pages with Limit, and says how far behind it is', async () => {
  await room.made();
  await room.put('a');
  await room.clock.advance(700);
  await room.put('b');
  await room.clock.advance(300);
  const first = await get(await room.iterator(0), 1);
  assert.deepEqual([first.Records.length, first.MillisBehindLatest], [1, 1000]);
  assert.deepEqual(first.Records[0].Data, Buffer.from('a'));
  const second = await get(first.NextShardIterator);
  assert.deepEqual([second.Records[0].PartitionKey, second.MillisBehindLatest], ['b', 0]);
  const none = await get(second.NextShardIterator);
  assert.deepEqual([none.Records, none.MillisBehindLatest], [[], 0]);
  await room.put('c');
  assert.equal((await get(none.NextShardIterator)).Records[0].PartitionKey, 'c');
});

test('an iterator is sealed, and lives five minutes', async () => {
  await room.clock.advance(5000);
  const iterator = await room.iterator(0);
  const forged = Buffer.from(iterator, 'base64url');
  forged[forged.length - 1]! ^= 1;
  for (const bad of [forged.toString('base64url'), 'x', `${iterator}A`, ''])
    assert.equal((await refused(get(bad), 'InvalidArgumentException')).message, 'Invalid ShardIterator.');
  const other = { ShardIterator: iterator, StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/other' };
  await refused(room.call('GetRecords', other), 'InvalidArgumentException');
  await room.clock.advance(300_000);
  await get(iterator);
  await room.clock.advance(1);
  const error = await refused(get(iterator), 'ExpiredIteratorException');
  assert.equal(
    error.message,
    'Iterator expired. The iterator was created at time Thu Jan 1 00:00:06 UTC 2026 while right now it is Thu Jan 1 00:05:06 UTC 2026 which is further in the future than the tolerated delay of 300000 milliseconds.'.replaceAll(
      'Jan 1',
      'Jan 01',
    ),
  );
});

test('a closed shard ends, and names its children', async () => {
  await room.clock.advance(5000);
  await room.call('UpdateShardCount', { StreamName: 's', TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' });
  const part = await get(await room.iterator(0), 2);
  assert.equal(part.ChildShards, undefined);
  const last = await get(part.NextShardIterator);
  assert.equal(last.NextShardIterator, undefined);
  assert.deepEqual(
    last.ChildShards.map(({ ShardId, ParentShards }: { ShardId: string; ParentShards: string[] }) => [ShardId, ParentShards]),
    [
      ['shardId-000000000001', ['shardId-000000000000']],
      ['shardId-000000000002', ['shardId-000000000000']],
    ],
  );
  assert.equal((await get(await room.iterator(0, 'LATEST'))).NextShardIterator, undefined);
});

test('five calls a second, 2 MiB a second, 10,000 records or 10 MiB a call', async () => {
  await room.call('CreateStream', { StreamName: 'l', ShardCount: 1 });
  const ShardId = 'shardId-000000000000';
  const iterator = async () =>
    (await room.call('GetShardIterator', { StreamName: 'l', ShardId, ShardIteratorType: 'TRIM_HORIZON' })).ShardIterator;
  for (let i = 0; i < 5; i++) await get(await iterator());
  const error = await refused(get(await iterator()), 'ProvisionedThroughputExceededException');
  assert.equal(error.message, 'Rate exceeded for shard shardId-000000000000 in stream l under account 000000000000.');
  await room.clock.advance(200);
  await get(await iterator());
  for (let i = 0; i < 12; i++) {
    await room.clock.advance(1000);
    await room.call('PutRecord', { StreamName: 'l', PartitionKey: 'k', Data: Buffer.alloc(2 ** 20 - 1) });
  }
  const first = await get(await iterator());
  assert.equal(first.Records.length, 10);
  await room.clock.advance(3000);
  await refused(get(first.NextShardIterator), 'ProvisionedThroughputExceededException');
  await room.clock.advance(1500);
  assert.equal((await get(first.NextShardIterator)).Records.length, 2);
});
