import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('lists consumers by name, page by page', async () => {
  await room.made();
  for (const ConsumerName of ['b', 'a', 'c']) await room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName });
  const names = ({ Consumers }: { Consumers?: { ConsumerName: string }[] }) => Consumers!.map(({ ConsumerName }) => ConsumerName);
  const first = await room.call('ListStreamConsumers', { StreamARN: STREAM_ARN, MaxResults: 2 });
  assert.deepEqual(names(first), ['a', 'b']);
  const rest = await room.call('ListStreamConsumers', { StreamARN: STREAM_ARN, NextToken: first.NextToken });
  assert.deepEqual([names(rest), rest.NextToken], [['c'], undefined]);
  const StreamCreationTimestamp = new Date(room.clock.now() + 1000);
  await refused(
    room.call('ListStreamConsumers', { StreamARN: STREAM_ARN, StreamCreationTimestamp }),
    'ResourceNotFoundException',
  );
  await refused(room.call('ListStreamConsumers', { StreamARN: `${STREAM_ARN}x` }), 'ResourceNotFoundException');
});
