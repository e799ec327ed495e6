import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('items', {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'g', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'by-g', KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } },
    ],
  });
});
after(() => dynamo.close());

const update = (pk: string, UpdateExpression?: string, values?: object, more: object = {}) =>
  dynamo.call('UpdateItem', {
    TableName: 'items',
    Key: { pk: { S: pk } },
    UpdateExpression,
    ExpressionAttributeValues: values,
    ...more,
  });

test('UpdateItem makes what is not there, and shows what is asked for', async () => {
  assert.deepEqual(await update('new', undefined, undefined, { ReturnValues: 'ALL_NEW' }), { Attributes: { pk: { S: 'new' } } });
  const one = { ':one': { N: '1' } };
  assert.deepEqual(await update('a', 'ADD n :one', one, { ReturnValues: 'UPDATED_OLD' }), {});
  assert.deepEqual(await update('a', 'ADD n :one', one, { ReturnValues: 'UPDATED_OLD' }), { Attributes: { n: { N: '1' } } });
  assert.deepEqual(await update('a', 'ADD n :one', one, { ReturnValues: 'UPDATED_NEW' }), { Attributes: { n: { N: '3' } } });
  assert.deepEqual(await update('a', 'REMOVE n', undefined, { ReturnValues: 'ALL_OLD' }), {
    Attributes: { pk: { S: 'a' }, n: { N: '3' } },
  });
  assert.deepEqual(await update('a', 'SET x = :one', one), {});
});

test('the old parameters do the same', async () => {
  const AttributeUpdates = { n: { Action: 'ADD', Value: { N: '5' } }, s: { Value: { S: 'x' } } };
  const { Attributes } = await update('old', undefined, undefined, { AttributeUpdates, ReturnValues: 'ALL_NEW' });
  assert.deepEqual(Attributes, { pk: { S: 'old' }, n: { N: '5' }, s: { S: 'x' } });
  await update('absent', undefined, undefined, { AttributeUpdates: { n: { Action: 'DELETE' } } });
  assert.deepEqual(await dynamo.call('GetItem', { TableName: 'items', Key: { pk: { S: 'absent' } } }), {});
});

const INVALID: readonly (readonly [string, object | undefined, string])[] = [
  [
    'SET pk = :v',
    { ':v': { S: 'x' } },
    'One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key',
  ],
  ['SET a.b = :v', { ':v': { S: 'x' } }, 'The document path provided in the update expression is invalid for update'],
  ['SET a = absent', undefined, 'The provided expression refers to an attribute that does not exist in the item'],
  ['SET x = :v', { ':v': { S: 'x'.repeat(410_000) } }, 'Item size to update has exceeded the maximum allowed size'],
  [
    'SET g = :v',
    { ':v': { N: '1' } },
    'One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g',
  ],
];

for (const [expression, values, text] of INVALID) {
  test(`UpdateItem refuses ${expression}`, async () => {
    assert.equal((await refused(update('wrong', expression, values), 'ValidationException')).message, text);
    assert.deepEqual(await dynamo.call('GetItem', { TableName: 'items', Key: { pk: { S: 'wrong' } } }), {});
  });
}

test('a condition decides', async () => {
  const condition = { ConditionExpression: 'attribute_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
  const error = await refused(update('none', 'SET x = :v', { ':v': { N: '1' } }, condition), 'ConditionalCheckFailedException');
  assert.deepEqual(error.fields, {});
});

test('an index follows', async () => {
  const there = async (g: string) =>
    (
      await dynamo.call('Query', {
        TableName: 'items',
        IndexName: 'by-g',
        KeyConditionExpression: 'g = :g',
        ExpressionAttributeValues: { ':g': { S: g } },
      })
    ).Count;
  await update('i', 'SET g = :g', { ':g': { S: 'one' } });
  assert.deepEqual([await there('one'), await there('two')], [1, 0]);
  const { ConsumedCapacity } = await update('i', 'SET g = :g', { ':g': { S: 'two' } }, { ReturnConsumedCapacity: 'INDEXES' });
  assert.deepEqual(ConsumedCapacity.GlobalSecondaryIndexes, { 'by-g': { CapacityUnits: 2 } });
  assert.deepEqual([await there('one'), await there('two')], [0, 1]);
  await update('i', 'REMOVE g');
  assert.deepEqual([await there('one'), await there('two')], [0, 0]);
});
