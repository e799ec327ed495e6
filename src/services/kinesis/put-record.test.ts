import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const put = (more: object = {}) =>
  room.call('PutRecord', { StreamName: 's', PartitionKey: 'k', Data: Buffer.from('x'), ...more });

test('a record goes to the shard of its key, or of its explicit hash key', async () => {
  await room.made(2);
  const first = await put();
  // MD5 of `k` begins with 8: the upper half.
  assert.equal(first.ShardId, 'shardId-000000000001');
  assert.match(first.SequenceNumber, /^496\d{53}$/);
  const second = await put({ SequenceNumberForOrdering: first.SequenceNumber });
  assert.ok(second.SequenceNumber > first.SequenceNumber);
  assert.equal((await put({ ExplicitHashKey: '0' })).ShardId, 'shardId-000000000000');
  assert.equal((await put({ ExplicitHashKey: (2n ** 128n - 1n).toString() })).ShardId, 'shardId-000000000001');
});

test('what cannot be put is refused in the words of AWS', async () => {
  const range = await refused(put({ ExplicitHashKey: (2n ** 128n).toString() }), 'InvalidArgumentException');
  assert.match(range.message, /^Invalid ExplicitHashKey. ExplicitHashKey must be in the range: \[0, 2\^128-1\]/);
  const order = await refused(put({ SequenceNumberForOrdering: '5' }), 'InvalidArgumentException');
  assert.match(
    order.message,
    /^ExclusiveMinimumSequenceNumber 5 used in PutRecord on stream s under account 000000000000 is invalid/,
  );
  await refused(put({ PartitionKey: undefined }), 'ValidationException');
  await refused(put({ DryRun: true }), 'NotImplemented');
  await refused(put({ StreamName: 'none' }), 'ResourceNotFoundException');
});

test('a shard takes a thousand records a second', async () => {
  await room.clock.advance(2000);
  for (let i = 0; i < 1000; i++) await put({ StreamName: undefined, StreamARN: STREAM_ARN });
  const error = await refused(put(), 'ProvisionedThroughputExceededException');
  assert.equal(error.message, 'Rate exceeded for shard shardId-000000000001 in stream s under account 000000000000.');
  await put({ ExplicitHashKey: '0' });
  await room.clock.advance(100);
  await put();
});

test('the record is an event that names its shard and what caused it', async () => {
  await room.call('CreateStream', { StreamName: 'e', ShardCount: 1 });
  await room.call(
    'PutRecord',
    { StreamName: 'e', PartitionKey: 'k', Data: Buffer.from([0, 255]), ExplicitHashKey: '7' },
    { cause: 'i' },
  );
  const [event] = await room.store.read.events('kinesis.records', 2, 1, 10);
  assert.deepEqual(
    [event!.subject, event!.cause, event!.body, event!.time],
    [
      'arn:aws:kinesis:us-east-1:000000000000:stream/e/shardId-000000000000',
      'i',
      { k: 'k', d: 'AP8=', x: '7' },
      room.clock.now(),
    ],
  );
});
