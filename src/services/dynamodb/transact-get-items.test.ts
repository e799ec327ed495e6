import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('one');
  await dynamo.call('PutItem', { TableName: 'one', Item: { pk: { S: 'a' }, x: { N: '1' }, y: { N: '2' } } });
});
after(() => dynamo.close());

const get = (pk: string, more: object = {}) => ({ Get: { TableName: 'one', Key: { pk: { S: pk } }, ...more } });

test('TransactGetItems answers in order, at twice the units', async () => {
  const answer = await dynamo.call('TransactGetItems', {
    TransactItems: [get('none'), get('a', { ProjectionExpression: 'y' })],
    ReturnConsumedCapacity: 'TOTAL',
  });
  assert.deepEqual(answer, {
    Responses: [{}, { Item: { y: { N: '2' } } }],
    ConsumedCapacity: [{ TableName: 'one', CapacityUnits: 4, ReadCapacityUnits: 4 }],
  });
});

test('one item twice, and a missing table, are refused', async () => {
  const twice = dynamo.call('TransactGetItems', { TransactItems: [get('a'), get('a')] });
  const error = await refused(twice, 'ValidationException');
  assert.equal(error.message, 'Transaction request cannot include multiple operations on one item');
  const missing = dynamo.call('TransactGetItems', { TransactItems: [get('a', { TableName: 'missing' })] });
  await refused(missing, 'ResourceNotFoundException');
});
