import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, OTHER, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('described');
});
after(() => dynamo.close());

test('DescribeTable counts what a small table holds', async () => {
  await dynamo.call('PutItem', { TableName: 'described', Item: { pk: { S: 'ab' } } });
  const { Table } = await dynamo.call('DescribeTable', { TableName: 'described' });
  assert.deepEqual([Table.ItemCount, Table.TableSizeBytes], [1, 4]);
  assert.deepEqual(Table.CreationDateTime, new Date(dynamo.clock.now()));
  assert.deepEqual(Table.WarmThroughput, { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000, Status: 'ACTIVE' });
});

test('an index counts what it holds', async () => {
  const g = { AttributeName: 'g', KeyType: 'HASH' };
  await dynamo.table('indexed', {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'g', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [{ IndexName: 'by-g', KeySchema: [g], Projection: { ProjectionType: 'KEYS_ONLY' } }],
  });
  for (const more of [{}, { g: { S: 'x' } }])
    await dynamo.call('PutItem', { TableName: 'indexed', Item: { pk: { S: `${'g' in more}` }, ...more } });
  const { Table } = await dynamo.call('DescribeTable', { TableName: 'indexed' });
  const [index] = Table.GlobalSecondaryIndexes;
  assert.deepEqual([Table.ItemCount, index.ItemCount, index.IndexSizeBytes], [2, 1, 8]);
});

test('a table belongs to its account and region', async () => {
  await refused(dynamo.call('DescribeTable', { TableName: 'described' }, { account: OTHER }), 'ResourceNotFoundException');
  await refused(dynamo.call('DescribeTable', { TableName: 'described' }, { region: 'eu-west-1' }), 'ResourceNotFoundException');
});

test('names that none can have are refused', async () => {
  await refused(dynamo.call('DescribeTable', { TableName: 'a' }), 'ValidationException');
  await refused(dynamo.call('DescribeTable', { TableName: 'a b c' }), 'ValidationException');
  await refused(dynamo.call('DescribeTable', { TableName: 'arn:aws:s3:::bucket' }), 'ValidationException');
});
