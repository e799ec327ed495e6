import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';
import { items } from './collections.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
});
after(() => dynamo.close());

test('DeleteTable answers DELETING; the table is gone, and its rows go behind', async () => {
  await dynamo.table('gone', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } });
  for (let i = 0; i < 3; i++) await dynamo.call('PutItem', { TableName: 'gone', Item: { pk: { S: `${i}` } } });
  const { TableDescription } = await dynamo.call('DeleteTable', { TableName: 'gone' });
  assert.equal(TableDescription.TableStatus, 'DELETING');
  const error = await refused(dynamo.call('DescribeTable', { TableName: 'gone' }), 'ResourceNotFoundException');
  assert.equal(error.message, 'Requested resource not found: Table: gone not found');
  const data = await refused(dynamo.call('GetItem', { TableName: 'gone', Key: { pk: { S: '0' } } }), 'ResourceNotFoundException');
  assert.equal(data.message, 'Requested resource not found');
  assert.equal((await dynamo.store.read.range(items, { limit: 10 })).items.length, 3);
  await dynamo.upkeep();
  assert.equal((await dynamo.store.read.range(items, { limit: 10 })).items.length, 0);
});

test('a table made again has nothing of the one before, its stream stays readable', async () => {
  await dynamo.table('again');
  await dynamo.call('PutItem', { TableName: 'again', Item: { pk: { S: 'old' } } });
  await dynamo.call('DeleteTable', { TableName: 'again' });
  await dynamo.table('again');
  assert.equal((await dynamo.call('Scan', { TableName: 'again' })).Count, 0);
  const { Streams } = await dynamo.streams('ListStreams', { TableName: 'gone' });
  const { StreamDescription } = await dynamo.streams('DescribeStream', { StreamArn: Streams[0].StreamArn });
  assert.equal(StreamDescription.StreamStatus, 'DISABLED');
});

test('a protected table stays', async () => {
  await dynamo.table('kept', { DeletionProtectionEnabled: true });
  const error = await refused(dynamo.call('DeleteTable', { TableName: 'kept' }), 'ValidationException');
  assert.equal(
    error.message,
    'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
  );
});
