import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('larger records are taken from then on', async () => {
  await room.made();
  const large = { StreamName: 's', PartitionKey: 'k', Data: Buffer.alloc(1024 * 1024) };
  const error = await refused(room.call('PutRecord', large), 'ValidationException');
  assert.match(
    error.message,
    /Value at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576/,
  );
  await room.call('UpdateMaxRecordSize', { StreamARN: STREAM_ARN, MaxRecordSizeInKiB: 2048 });
  await room.call('PutRecord', large);
  const { Records } = await room.call('GetRecords', { ShardIterator: await room.iterator(0) });
  assert.equal(Records[0].Data.length, 1024 * 1024);
});
