import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('streams and consumers are tagged by ARN', async () => {
  await room.made();
  const { Consumer } = await room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
  for (const ResourceARN of [STREAM_ARN, Consumer.ConsumerARN]) {
    await room.call('TagResource', { ResourceARN, Tags: { a: ResourceARN.slice(-1), b: '' } });
    await room.call('UntagResource', { ResourceARN, TagKeys: ['b'] });
    const { Tags } = await room.call('ListTagsForResource', { ResourceARN });
    assert.deepEqual(Tags, [{ Key: 'a', Value: ResourceARN.slice(-1) }]);
  }
  await refused(room.call('TagResource', { ResourceARN: `${STREAM_ARN}x`, Tags: { a: '' } }), 'ResourceNotFoundException');
  await refused(room.call('ListTagsForResource', { ResourceARN: `${STREAM_ARN}/consumer/x:1` }), 'ResourceNotFoundException');
});
