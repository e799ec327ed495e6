import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('a deleted stream is gone at once, and its iterators with it', async () => {
  await room.made();
  await room.put('a');
  const ShardIterator = await room.iterator(0);
  await room.call('DeleteStream', { StreamName: 's' });
  const error = await refused(room.call('DescribeStream', { StreamName: 's' }), 'ResourceNotFoundException');
  assert.equal(error.message, 'Stream s under account 000000000000 not found.');
  await refused(room.call('GetRecords', { ShardIterator }), 'ResourceNotFoundException');
  await room.made();
  await refused(room.call('GetRecords', { ShardIterator }), 'InvalidArgumentException');
  assert.deepEqual((await room.call('GetRecords', { ShardIterator: await room.iterator(0) })).Records, []);
});

test('consumers hold it, unless they are to go too', async () => {
  await room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
  await refused(room.call('DeleteStream', { StreamARN: STREAM_ARN }), 'ResourceInUseException');
  await room.call('DeleteStream', { StreamARN: STREAM_ARN, EnforceConsumerDeletion: true });
  await room.made();
  assert.deepEqual((await room.call('ListStreamConsumers', { StreamARN: STREAM_ARN })).Consumers, []);
  await refused(room.call('DeleteStream', { StreamName: 'none' }), 'ResourceNotFoundException');
});
