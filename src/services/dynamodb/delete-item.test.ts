import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('items');
});
after(() => dynamo.close());

const remove = (pk: string, more: object = {}) =>
  dynamo.call('DeleteItem', { TableName: 'items', Key: { pk: { S: pk } }, ...more });

test('DeleteItem is content with what is not there, and shows what was', async () => {
  await dynamo.call('PutItem', { TableName: 'items', Item: { pk: { S: 'a' }, x: { N: '1' } } });
  assert.deepEqual(await remove('a', { ReturnValues: 'ALL_OLD' }), { Attributes: { pk: { S: 'a' }, x: { N: '1' } } });
  assert.deepEqual(await remove('a', { ReturnValues: 'ALL_OLD' }), {});
  assert.deepEqual(await remove('a', { ReturnConsumedCapacity: 'TOTAL' }), {
    ConsumedCapacity: { TableName: 'items', CapacityUnits: 1 },
  });
  await refused(remove('a', { ReturnValues: 'UPDATED_NEW' }), 'ValidationException');
});

test('a condition that fails keeps the item', async () => {
  await dynamo.call('PutItem', { TableName: 'items', Item: { pk: { S: 'b' }, x: { N: '1' } } });
  const condition = { ConditionExpression: 'x > :v', ExpressionAttributeValues: { ':v': { N: '1' } } };
  await refused(remove('b', condition), 'ConditionalCheckFailedException');
  await refused(remove('none', { ConditionExpression: 'attribute_exists(pk)' }), 'ConditionalCheckFailedException');
  assert.equal((await dynamo.call('Scan', { TableName: 'items' })).Count, 1);
});
