import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const record = (PartitionKey: string, more: object = {}) => ({ PartitionKey, Data: Buffer.from(PartitionKey), ...more });
const put = (Records: readonly object[]) => room.call('PutRecords', { StreamName: 's', Records });

test('answers in the order of the records', async () => {
  await room.made(2);
  const { FailedRecordCount, Records } = await put([record('a'), record('b'), record('k')]);
  assert.equal(FailedRecordCount, 0);
  assert.deepEqual(
    Records.map(({ ShardId }: { ShardId: string }) => ShardId.at(-1)),
    ['0', '1', '1'],
  );
  assert.ok(Records[1].SequenceNumber < Records[2].SequenceNumber);
});

test('what a shard does not take now fails by itself', async () => {
  const MIB = 2 ** 20;
  const low = (size: number) => ({ PartitionKey: 'l', Data: Buffer.alloc(size), ExplicitHashKey: '0' });
  await room.clock.advance(5000);
  const { FailedRecordCount, Records } = await put([low(MIB - 10), record('k'), low(20), record('k')]);
  assert.equal(FailedRecordCount, 1);
  assert.deepEqual(Records[2], {
    ErrorCode: 'ProvisionedThroughputExceededException',
    ErrorMessage: 'Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000.',
  });
  assert.ok(Records[3].SequenceNumber);
  assert.equal((await put([low(20)])).FailedRecordCount, 1, 'a call of which nothing passes is no error either');
  await room.clock.advance(1000);
  assert.equal((await put([low(20)])).FailedRecordCount, 0);
});

test('a call that cannot be is refused whole', async () => {
  await room.clock.advance(5000);
  const large = { PartitionKey: 'k', Data: Buffer.alloc(2 ** 20) };
  assert.match((await refused(put([record('a'), large]), 'ValidationException')).message, /'records\.2\.member\.data'/);
  const { PartitionKey: _, ...keyless } = record('a');
  assert.match((await refused(put([keyless]), 'ValidationException')).message, /'records\.1\.member\.partitionKey'/);
  const full = Array.from({ length: 11 }, () => ({ PartitionKey: 'k', Data: Buffer.alloc(2 ** 20 - 1) }));
  await refused(put(full), 'InvalidArgumentException');
  await refused(put([record('a', { ExplicitHashKey: (2n ** 128n).toString() })]), 'InvalidArgumentException');
  await refused(room.call('PutRecords', { StreamName: 'none', Records: [record('a')] }), 'ResourceNotFoundException');
  await refused(room.call('PutRecords', { StreamName: 's', Records: [record('a')], DryRun: true }), 'NotImplemented');
});

test('puts that meet a resharding land in open shards, each once', async () => {
  await room.call('CreateStream', { StreamName: 'r', ShardCount: 1 });
  await room.clock.advance(5000);
  const HALF = (2n ** 127n).toString();
  const puts = Array.from({ length: 40 }, (_, i) =>
    room.call('PutRecords', { StreamName: 'r', Records: [record(`a${i}`), record(`b${i}`)] }),
  );
  const split = room.call('SplitShard', { StreamName: 'r', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: HALF });
  await Promise.all([split, ...puts, room.call('PutRecords', { StreamName: 'r', Records: [record('last')] })]);
  const source = await room.kinesis.source.find('arn:aws:kinesis:us-east-1:000000000000:stream/r');
  const keys: string[] = [];
  for (const { lane, first, end } of source!.shards) {
    const events = await room.store.read.events('kinesis.records', lane, first, 1000);
    if (end !== undefined) assert.equal(events.length, end - first, 'nothing behind the end of a closed shard');
    keys.push(...events.map((event) => (event.body as { k: string }).k));
  }
  assert.equal(new Set(keys).size, 81);
  assert.equal(keys.length, 81);
});
