import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('a stream is found with its shards as lanes, by its own ARN or by that of a consumer', async () => {
  const { source } = room.kinesis;
  assert.equal(await source.find(STREAM_ARN), undefined);
  await room.made(2);
  await room.put('a', 'k');
  await room.call('SplitShard', { StreamName: 's', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '99' });
  const found = await source.find(STREAM_ARN);
  assert.deepEqual(found, {
    topic: 'kinesis.records',
    retentionMs: 86_400_000,
    shards: [
      { shardId: 'shardId-000000000000', lane: 0, parents: [], first: 1, end: 2 },
      { shardId: 'shardId-000000000001', lane: 1, parents: [], first: 1 },
      { shardId: 'shardId-000000000002', lane: 2, parents: ['shardId-000000000000'], first: 1 },
      { shardId: 'shardId-000000000003', lane: 3, parents: ['shardId-000000000000'], first: 1 },
    ],
  });
  const { Consumer } = await room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
  assert.deepEqual(await source.find(Consumer.ConsumerARN), found);
  for (const arn of [`${STREAM_ARN}/consumer/c:1`, `${STREAM_ARN}/consumer/x:1`, 'arn:aws:sqs:us-east-1:000000000000:s', 'x'])
    assert.equal(await source.find(arn), undefined);
  assert.equal(await room.kinesis.exists(STREAM_ARN), true);
  assert.equal(await room.kinesis.exists(`${STREAM_ARN}x`), false);
});

test('a record is as functions get it', async () => {
  const { source } = room.kinesis;
  const [event] = await room.store.read.events('kinesis.records', 1, 1, 1);
  const sequence = source.sequenceNumber(event!);
  assert.deepEqual(source.record(event!, STREAM_ARN, 'shardId-000000000001', 'arn:aws:iam::000000000000:role/r'), {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'k',
      sequenceNumber: sequence,
      data: Buffer.from('k').toString('base64'),
      approximateArrivalTimestamp: room.clock.now() / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000001:${sequence}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/r',
    awsRegion: 'us-east-1',
    eventSourceARN: STREAM_ARN,
  });
  assert.equal(source.orderKey(event!), 'k');
  const { Records } = await room.call('GetRecords', { ShardIterator: await room.iterator(1) });
  assert.equal(Records[0].SequenceNumber, sequence);
});

test('who watches is woken when shards change, until it has seen enough', async () => {
  let woken = 0;
  const done = room.kinesis.source.watch(STREAM_ARN, () => woken++);
  const other = room.kinesis.source.watch(`${STREAM_ARN}/consumer/c:1`, () => woken++);
  const merge = { StreamName: 's', ShardToMerge: 'shardId-000000000002', AdjacentShardToMerge: 'shardId-000000000003' };
  await room.call('MergeShards', merge);
  assert.equal(woken, 2);
  other();
  await room.call('DeleteStream', { StreamName: 's', EnforceConsumerDeletion: true });
  assert.equal(woken, 3);
  await room.made();
  assert.equal(woken, 4);
  done();
  await room.call('DeleteStream', { StreamName: 's' });
  assert.equal(woken, 4);
});
