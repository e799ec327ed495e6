import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const increase = (RetentionPeriodHours: number) =>
  room.call('IncreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours });
const decrease = (RetentionPeriodHours: number) =>
  room.call('DecreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours });

test('goes up and down, and to what it is', async () => {
  await room.made();
  await increase(24);
  await increase(8760);
  await decrease(48);
  const { StreamDescriptionSummary } = await room.call('DescribeStreamSummary', { StreamName: 's' });
  assert.equal(StreamDescriptionSummary.RetentionPeriodHours, 48);
});

test('what goes the wrong way is refused in the words of AWS', async () => {
  assert.equal(
    (await refused(increase(47), 'InvalidArgumentException')).message,
    'Requested retention period (47 hours) for stream s can not be shorter than existing retention period (48 hours). Use DecreaseRetentionPeriod API.',
  );
  assert.equal(
    (await refused(decrease(49), 'InvalidArgumentException')).message,
    'Requested retention period (49 hours) for stream s can not be longer than existing retention period (48 hours). Use IncreaseRetentionPeriod API.',
  );
  assert.match(
    (await refused(decrease(23), 'InvalidArgumentException')).message,
    /^Minimum allowed retention period is 24 hours/,
  );
  assert.match(
    (await refused(increase(8761), 'InvalidArgumentException')).message,
    /^Maximum allowed retention period is 8760 hours/,
  );
});
