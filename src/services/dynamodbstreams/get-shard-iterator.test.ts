import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
let shard: { StreamArn: string; ShardId: string };
before(async () => {
  dynamo = await openDynamo();
  const made = await dynamo.table('told', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } });
  const StreamArn = made.TableDescription.LatestStreamArn;
  const { StreamDescription } = await dynamo.streams('DescribeStream', { StreamArn });
  shard = { StreamArn, ShardId: StreamDescription.Shards[0].ShardId };
  for (const pk of ['a', 'b', 'c']) await dynamo.call('PutItem', { TableName: 'told', Item: { pk: { S: pk } } });
});
after(() => dynamo.close());

const iterator = (more: object) => dynamo.streams('GetShardIterator', { ...shard, ...more });
const read = async (more: object) =>
  (await dynamo.streams('GetRecords', await iterator(more))).Records.map(
    ({ dynamodb }: { dynamodb: { Keys: { pk: { S: string } } } }) => dynamodb.Keys.pk.S,
  );

test('an iterator begins where it is asked to', async () => {
  const SequenceNumber = '100000000000000000002';
  assert.deepEqual(await read({ ShardIteratorType: 'TRIM_HORIZON' }), ['a', 'b', 'c']);
  assert.deepEqual(await read({ ShardIteratorType: 'LATEST' }), []);
  assert.deepEqual(await read({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber }), ['b', 'c']);
  assert.deepEqual(await read({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber }), ['c']);
});

test('what names no place is refused', async () => {
  await refused(iterator({ ShardIteratorType: 'AT_SEQUENCE_NUMBER' }), 'ValidationException');
  const odd = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: '999999999999999999999' };
  await refused(iterator(odd), 'ValidationException');
  const other = { ShardId: 'shardId-00000000000000000000-00000000', ShardIteratorType: 'LATEST' };
  await refused(iterator(other), 'ResourceNotFoundException');
});

test('what was trimmed cannot be begun with', async () => {
  await dynamo.clock.advance(24 * 60 * 60_000 + 1);
  await dynamo.upkeep();
  const gone = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: '100000000000000000001' };
  await refused(iterator(gone), 'TrimmedDataAccessException');
  assert.deepEqual(await read({ ShardIteratorType: 'TRIM_HORIZON' }), []);
});
