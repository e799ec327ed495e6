import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('items');
  const Item = { pk: { S: 'a' }, m: { M: { x: { N: '1' }, y: { N: '2' } } }, b: { B: Buffer.from('b') } };
  await dynamo.call('PutItem', { TableName: 'items', Item });
});
after(() => dynamo.close());

const get = (Key: object, more: object = {}) => dynamo.call('GetItem', { TableName: 'items', Key, ...more });

test('GetItem gives the item, or nothing', async () => {
  const { Item } = await get({ pk: { S: 'a' } });
  assert.deepEqual(Item.m, { M: { x: { N: '1' }, y: { N: '2' } } });
  assert.deepEqual(Item.b.B, Buffer.from('b'));
  assert.deepEqual(await get({ pk: { S: 'b' } }), {});
  const { Item: again } = await dynamo.call('GetItem', {
    TableName: 'arn:aws:dynamodb:us-east-1:000000000000:table/items',
    Key: { pk: { S: 'a' } },
  });
  assert.deepEqual(again, Item);
});

test('a projection gives parts, in both ways of asking', async () => {
  const names = { ExpressionAttributeNames: { '#m': 'm' } };
  assert.deepEqual((await get({ pk: { S: 'a' } }, { ProjectionExpression: '#m.y, absent', ...names })).Item, {
    m: { M: { y: { N: '2' } } },
  });
  assert.deepEqual((await get({ pk: { S: 'a' } }, { AttributesToGet: ['pk'] })).Item, { pk: { S: 'a' } });
  await refused(get({ pk: { S: 'a' } }, { AttributesToGet: ['pk'], ProjectionExpression: 'pk' }), 'ValidationException');
});

test('a path cannot look into a key', async () => {
  const error = await refused(get({ pk: { S: 'a' } }, { ProjectionExpression: 'pk.x' }), 'ValidationException');
  assert.equal(
    error.message,
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
  );
});

test('a key has exactly the attributes of the schema', async () => {
  const mismatch = 'The provided key element does not match the schema';
  for (const key of [{}, { x: { S: 'a' } }, { pk: { N: '1' } }, { pk: { S: 'a' }, x: { S: 'b' } }])
    assert.equal((await refused(get(key), 'ValidationException')).message, mismatch);
});

test('units are counted in blocks of 4 KB, half of them when not consistent', async () => {
  await dynamo.call('PutItem', { TableName: 'items', Item: { pk: { S: 'large' }, x: { S: 'x'.repeat(5000) } } });
  const units = async (pk: string, ConsistentRead: boolean) =>
    (await get({ pk: { S: pk } }, { ReturnConsumedCapacity: 'TOTAL', ConsistentRead })).ConsumedCapacity;
  assert.deepEqual(await units('large', true), { TableName: 'items', CapacityUnits: 2 });
  assert.deepEqual(await units('large', false), { TableName: 'items', CapacityUnits: 1 });
  assert.deepEqual(await units('none', false), { TableName: 'items', CapacityUnits: 0.5 });
});
