import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { randomIds, silentLogger } from '../../kernel/index.ts';
import { freeLanes, graves, shards } from './collections.ts';
import { Layouts } from './layouts.ts';
import { Subscriptions } from './subscriptions.ts';
import { Sweep } from './sweep.ts';
import { Throttles } from './throttles.ts';
import { Watchers } from './watchers.ts';

const HOUR = 3_600_000;
let room: KinesisRoom;
beforeEach(async () => {
  room = await openKinesis();
});
afterEach(() => room.close());

const bounds = (lane: number) => room.store.read.bounds('kinesis.records', lane);
const shardNumbers = async () =>
  (await room.kinesis.source.find(STREAM_ARN))!.shards.map(({ shardId }) => Number(shardId.slice(-12)));

test('records go when they are older than the retention that holds then', async () => {
  await room.made();
  await room.put('a', 'b');
  await room.clock.advance(10 * HOUR);
  await room.put('c');
  await room.kinesis.sweep.round();
  assert.deepEqual(await bounds(0), { first: 1, next: 4 });
  await room.clock.advance(14 * HOUR + 1);
  await room.kinesis.sweep.round();
  assert.deepEqual(await bounds(0), { first: 3, next: 4 });
  await room.call('IncreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours: 48 });
  await room.clock.advance(20 * HOUR);
  await room.kinesis.sweep.round();
  assert.deepEqual(await bounds(0), { first: 3, next: 4 });
  await room.call('DecreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours: 24 });
  await room.kinesis.sweep.round();
  assert.deepEqual(await bounds(0), { first: 4, next: 4 });
  await room.put('d');
  assert.equal((await room.call('GetRecords', { ShardIterator: await room.iterator(0) })).Records[0].PartitionKey, 'd');
});

test('closed shards go with their last records, and their lanes are used again, from where they ended', async () => {
  await room.made();
  await room.put('a');
  await room.call('UpdateShardCount', { StreamName: 's', TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' });
  let woken = 0;
  const unwatch = room.kinesis.source.watch(STREAM_ARN, () => woken++);
  await room.kinesis.sweep.round();
  assert.deepEqual(await shardNumbers(), [0, 1, 2]);
  await room.clock.advance(24 * HOUR + 1);
  await room.kinesis.sweep.round();
  assert.deepEqual(await shardNumbers(), [1, 2]);
  assert.equal(woken, 1);
  unwatch();
  assert.deepEqual((await room.store.read.range(freeLanes, { limit: 10 })).items, [{ lane: 0, next: 2 }]);
  await room.call('UpdateShardCount', { StreamName: 's', TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' });
  assert.equal(
    (await room.kinesis.source.find(STREAM_ARN))!.shards.every(({ parents }) => parents.length === 0),
    true,
  );
});

test('a deleted stream is cleared away, slice by slice', async () => {
  await room.made(2);
  for (let i = 0; i < 3; i++) {
    await room.put(...Array.from({ length: 400 }, (_, n) => `k${n}`));
    await room.clock.advance(1000);
  }
  await room.call('DeleteStream', { StreamName: 's' });
  await room.kinesis.sweep.round();
  assert.deepEqual((await room.store.read.range(shards, { limit: 10 })).items, []);
  assert.deepEqual((await room.store.read.range(graves, { limit: 10 })).items, []);
  const free = (await room.store.read.range(freeLanes, { limit: 10 })).items;
  assert.equal(
    free.reduce((sum, { next }) => sum + next - 1, 0),
    1200,
  );
  for (const { lane, next } of free) assert.deepEqual(await bounds(lane), { first: next, next });
});

test('a shard of an on-demand stream that had to refuse is split; that of another is not', async () => {
  await room.call('CreateStream', { StreamName: 's', StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
  await room.call('CreateStream', { StreamName: 'p', ShardCount: 1 });
  const Records = Array.from({ length: 500 }, () => ({ PartitionKey: 'k', Data: Buffer.from('x'), ExplicitHashKey: '0' }));
  for (const StreamName of ['s', 'p']) for (let i = 0; i < 3; i++) await room.call('PutRecords', { StreamName, Records });
  await room.kinesis.sweep.round();
  assert.deepEqual(await shardNumbers(), [0, 1, 2, 3, 4, 5]);
  assert.equal((await room.call('DescribeStreamSummary', { StreamName: 's' })).StreamDescriptionSummary.OpenShardCount, 5);
  assert.equal((await room.call('DescribeStreamSummary', { StreamName: 'p' })).StreamDescriptionSummary.OpenShardCount, 1);
  await room.kinesis.sweep.round();
  assert.equal((await shardNumbers()).length, 6);
});

test('a shard whose lane is worn gives way to one child with its range', async () => {
  await room.made(2);
  await room.put('a', 'a', 'k');
  const { store, clock } = room;
  const shared = {
    layouts: new Layouts(),
    throttles: new Throttles(clock),
    watchers: new Watchers(),
    subscriptions: new Subscriptions(),
  };
  await new Sweep({ store, clock, ids: randomIds, logger: silentLogger, ...shared }, 3).round();
  const { Shards } = await room.call('ListShards', { StreamName: 's' });
  assert.equal(Shards.length, 3);
  const [parent, , child] = Shards;
  assert.deepEqual([child.ParentShardId, child.HashKeyRange], ['shardId-000000000000', parent.HashKeyRange]);
  assert.ok(parent.SequenceNumberRange.EndingSequenceNumber);
  assert.equal((await room.put('a'))[0]!.ShardId, 'shardId-000000000002');
});

test('runs every minute between start and stop', async () => {
  await room.made();
  await room.put('a');
  await room.clock.advance(24 * HOUR + 1);
  await room.kinesis.sweep.start();
  await room.clock.advance(59_999);
  assert.deepEqual(await bounds(0), { first: 1, next: 2 });
  await room.clock.advance(1);
  await room.kinesis.sweep.stop(AbortSignal.timeout(1000));
  const { first } = await bounds(0);
  assert.ok(first === 1 || first === 2, 'stopping waits for the round under way');
  await room.kinesis.sweep.round();
});
