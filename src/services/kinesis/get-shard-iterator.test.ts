import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const from = async (type: string, more: object = {}): Promise<string[]> => {
  await room.clock.advance(1000);
  const { Records } = await room.call('GetRecords', { ShardIterator: await room.iterator(0, type, more) });
  return Records.map(({ PartitionKey }: { PartitionKey: string }) => PartitionKey);
};

test('begins where each type says', async () => {
  await room.made();
  const times: number[] = [];
  const numbers: string[] = [];
  for (const key of ['a', 'b', 'c']) {
    times.push(room.clock.now());
    numbers.push((await room.put(key))[0]!.SequenceNumber);
    await room.clock.advance(1000);
  }
  assert.deepEqual(await from('TRIM_HORIZON'), ['a', 'b', 'c']);
  assert.deepEqual(await from('LATEST'), []);
  assert.deepEqual(await from('AT_SEQUENCE_NUMBER', { StartingSequenceNumber: numbers[1] }), ['b', 'c']);
  assert.deepEqual(await from('AFTER_SEQUENCE_NUMBER', { StartingSequenceNumber: numbers[1] }), ['c']);
  assert.deepEqual(await from('AT_TIMESTAMP', { Timestamp: new Date(times[1]!) }), ['b', 'c']);
  assert.deepEqual(await from('AT_TIMESTAMP', { Timestamp: new Date(times[1]! + 1) }), ['c']);
  assert.deepEqual(await from('AT_TIMESTAMP', { Timestamp: new Date(0) }), ['a', 'b', 'c']);
  assert.deepEqual(await from('AT_TIMESTAMP', { Timestamp: new Date(room.clock.now()) }), []);
});

test('what does not fit together is refused in the words of AWS', async () => {
  const refusal = async (type: string, more: object = {}) =>
    (await refused(room.iterator(0, type, more), 'InvalidArgumentException')).message;
  assert.match(await refusal('AT_SEQUENCE_NUMBER'), /Request specified AT_SEQUENCE_NUMBER and no StartingSequenceNumber\.$/);
  assert.match(
    await refusal('LATEST', { StartingSequenceNumber: '1' }),
    /Request specified LATEST and also a StartingSequenceNumber\.$/,
  );
  assert.match(
    await refusal('AT_SEQUENCE_NUMBER', { StartingSequenceNumber: '1' }),
    /^StartingSequenceNumber 1 used in GetShardIterator on shard shardId-000000000000 in stream s under account 000000000000 is invalid/,
  );
  assert.match(
    await refusal('AT_SEQUENCE_NUMBER', { StartingSequenceNumber: `4960000000005${'0'.repeat(42)}1` }),
    /^Invalid StartingSequenceNumber. It encodes shardId-000000000005, while it was used in a call to a shard with shardId-000000000000/,
  );
  assert.match(await refusal('AT_TIMESTAMP'), /^Must specify timestampInMillis parameter/);
  const Timestamp = new Date(room.clock.now() + 5000);
  assert.match(await refusal('AT_TIMESTAMP', { Timestamp }), /^The timestampInMillis parameter cannot be greater than/);
  const missing = await refused(room.iterator(7), 'ResourceNotFoundException');
  assert.equal(missing.message, 'Shard shardId-000000000007 in stream s under account 000000000000 does not exist');
});
