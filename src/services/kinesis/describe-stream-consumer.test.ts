import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('a consumer is found by ARN, or by stream and name', async () => {
  await room.made();
  const { Consumer } = await room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
  const byArn = await room.call('DescribeStreamConsumer', { ConsumerARN: Consumer.ConsumerARN });
  const byName = await room.call('DescribeStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
  assert.deepEqual(byArn, byName);
  assert.deepEqual(byArn.ConsumerDescription, { ...Consumer, ConsumerStatus: 'ACTIVE', StreamARN: STREAM_ARN });
  const gone = [
    { ConsumerARN: Consumer.ConsumerARN.replace(/\d$/, '9999') },
    { ConsumerARN: `${STREAM_ARN}/nothing` },
    { StreamARN: STREAM_ARN, ConsumerName: 'other' },
  ];
  for (const input of gone) await refused(room.call('DescribeStreamConsumer', input), 'ResourceNotFoundException');
  await refused(room.call('DescribeStreamConsumer', { ConsumerName: 'c' }), 'InvalidArgumentException');
});
