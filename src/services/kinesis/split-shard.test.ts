import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const HALF = (2n ** 127n).toString();

test('a shard becomes two, which take what comes from then on', async () => {
  await room.made();
  const [before] = await room.put('a');
  await room.call('SplitShard', { StreamName: 's', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: HALF });
  const { Shards } = await room.call('ListShards', { StreamName: 's' });
  const [parent, low, high] = Shards;
  assert.ok(parent.SequenceNumberRange.EndingSequenceNumber > before!.SequenceNumber);
  assert.deepEqual(
    [low, high].map(({ ParentShardId, HashKeyRange }) => [
      ParentShardId,
      HashKeyRange.StartingHashKey,
      HashKeyRange.EndingHashKey,
    ]),
    [
      ['shardId-000000000000', '0', (2n ** 127n - 1n).toString()],
      ['shardId-000000000000', HALF, (2n ** 128n - 1n).toString()],
    ],
  );
  const [after] = await room.put('a');
  assert.equal(after!.ShardId, 'shardId-000000000001');
  assert.ok(after!.SequenceNumber > before!.SequenceNumber, 'numbers of a key go on from parent to child');
});

test('what cannot be split is refused in the words of AWS', async () => {
  const split = (ShardToSplit: string, NewStartingHashKey: string) =>
    refused(room.call('SplitShard', { StreamName: 's', ShardToSplit, NewStartingHashKey }), 'InvalidArgumentException');
  assert.match((await split('shardId-000000000000', HALF)).message, /already been merged or split/);
  for (const key of ['0', '1', (2n ** 127n - 1n).toString(), HALF])
    assert.match(
      (await split('shardId-000000000001', key)).message,
      /is not both greater than one plus the shard's StartingHashKey 0 and/,
    );
  for (const shard of ['shardId-000000000009', 'nonsense'])
    await refused(
      room.call('SplitShard', { StreamName: 's', ShardToSplit: shard, NewStartingHashKey: '5' }),
      'ResourceNotFoundException',
    );
  await room.call('CreateStream', { StreamName: 'od', StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
  const error = await refused(
    room.call('SplitShard', { StreamName: 'od', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '5' }),
    'ValidationException',
  );
  assert.equal(error.message, 'Request is invalid. Stream od under account 000000000000 is in On-Demand mode.');
});
