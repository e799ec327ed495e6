import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
let StreamArn: string;
before(async () => {
  dynamo = await openDynamo();
  const made = await dynamo.table('told', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } });
  StreamArn = made.TableDescription.LatestStreamArn;
});
after(() => dynamo.close());

const described = async (more: object = {}) => (await dynamo.streams('DescribeStream', { StreamArn, ...more })).StreamDescription;

test('a stream has one open shard, which ends when it is disabled', async () => {
  const open = await described();
  assert.match(open.Shards[0].ShardId, /^shardId-\d{20}-[0-9a-f]{8}$/);
  assert.deepEqual(
    { ...open, Shards: 1 },
    {
      StreamArn,
      StreamLabel: '2026-01-01T00:00:00.000',
      StreamStatus: 'ENABLED',
      StreamViewType: 'NEW_IMAGE',
      CreationRequestDateTime: new Date(dynamo.clock.now()),
      TableName: 'told',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      Shards: 1,
    },
  );
  assert.deepEqual(open.Shards[0].SequenceNumberRange, { StartingSequenceNumber: '100000000000000000001' });
  for (const pk of ['a', 'b']) await dynamo.call('PutItem', { TableName: 'told', Item: { pk: { S: pk } } });
  await dynamo.call('UpdateTable', { TableName: 'told', StreamSpecification: { StreamEnabled: false } });
  const closed = await described();
  assert.equal(closed.StreamStatus, 'DISABLED');
  assert.deepEqual(closed.Shards[0].SequenceNumberRange, {
    StartingSequenceNumber: '100000000000000000001',
    EndingSequenceNumber: '100000000000000000002',
  });
});

test('shards are paged, and have no children', async () => {
  const [{ ShardId }] = (await described()).Shards;
  assert.deepEqual((await described({ ExclusiveStartShardId: ShardId })).Shards, []);
  assert.deepEqual((await described({ ShardFilter: { Type: 'CHILD_SHARDS', ShardId } })).Shards, []);
});

test('a stream that is not there is told of by its ARN', async () => {
  for (const arn of [`${StreamArn}9`, 'arn:aws:dynamodb:us-east-1:000000000000:table/told']) {
    const error = await refused(dynamo.streams('DescribeStream', { StreamArn: arn }), 'ResourceNotFoundException');
    assert.equal(error.message, `Requested resource not found: Stream: ${arn} not found`);
  }
});
