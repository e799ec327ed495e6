import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('a consumer goes with its tags, and its name is free again', async () => {
  await room.made();
  const { Consumer } = await room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c', Tags: { a: 'b' } });
  await room.call('DeregisterStreamConsumer', { ConsumerARN: Consumer.ConsumerARN });
  await refused(room.call('ListTagsForResource', { ResourceARN: Consumer.ConsumerARN }), 'ResourceNotFoundException');
  await room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
  assert.deepEqual((await room.call('ListTagsForResource', { ResourceARN: Consumer.ConsumerARN })).Tags, []);
  await room.call('DeregisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
  assert.equal((await room.call('DescribeStreamSummary', { StreamName: 's' })).StreamDescriptionSummary.ConsumerCount, 0);
  await refused(room.call('DeregisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' }), 'ResourceNotFoundException');
});
