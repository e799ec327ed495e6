import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const update = (StreamMode: string) =>
  room.call('UpdateStreamMode', { StreamARN: STREAM_ARN, StreamModeDetails: { StreamMode } });

test('changes the mode at most twice a day; shards stay', async () => {
  await room.made(2);
  await update('PROVISIONED');
  await update('ON_DEMAND');
  const { StreamDescriptionSummary } = await room.call('DescribeStreamSummary', { StreamName: 's' });
  assert.deepEqual(StreamDescriptionSummary.StreamModeDetails, { StreamMode: 'ON_DEMAND' });
  assert.equal(StreamDescriptionSummary.OpenShardCount, 2);
  await update('PROVISIONED');
  await refused(update('ON_DEMAND'), 'LimitExceededException');
  await room.clock.advance(24 * 3_600_000);
  await update('ON_DEMAND');
  const warm = { StreamARN: STREAM_ARN, StreamModeDetails: { StreamMode: 'ON_DEMAND' }, WarmThroughputMiBps: 9 };
  await refused(room.call('UpdateStreamMode', warm), 'NotImplemented');
});
