import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('a consumer has an ARN with its second of creation', async () => {
  await room.made();
  const { Consumer } = await room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c', Tags: { a: 'b' } });
  assert.deepEqual(Consumer, {
    ConsumerName: 'c',
    ConsumerARN: `${STREAM_ARN}/consumer/c:${room.clock.now() / 1000}`,
    ConsumerStatus: 'CREATING',
    ConsumerCreationTimestamp: new Date(room.clock.now()),
  });
  const { Tags } = await room.call('ListTagsForResource', { ResourceARN: Consumer.ConsumerARN });
  assert.deepEqual(Tags, [{ Key: 'a', Value: 'b' }]);
  const again = room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
  const error = await refused(again, 'ResourceInUseException');
  assert.equal(error.message, `Consumer c under stream ${STREAM_ARN} already exists for account 000000000000.`);
});

test('twenty are the most', async () => {
  for (let i = 1; i < 20; i++) await room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: `c${i}` });
  await refused(room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c20' }), 'LimitExceededException');
  await refused(
    room.call('RegisterStreamConsumer', { StreamARN: `${STREAM_ARN}x`, ConsumerName: 'c' }),
    'ResourceNotFoundException',
  );
});
