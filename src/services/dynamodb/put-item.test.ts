import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, PARTITION, refused, SORT } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('items');
  await dynamo.table('sorted', {
    KeySchema: [PARTITION, SORT],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'l', AttributeType: 'S' },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'by-l',
        KeySchema: [PARTITION, { AttributeName: 'l', KeyType: 'RANGE' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
});
after(() => dynamo.close());

const put = (Item: object, more: object = {}) => dynamo.call('PutItem', { TableName: 'items', Item, ...more });
const get = async (pk: string) => (await dynamo.call('GetItem', { TableName: 'items', Key: { pk: { S: pk } } })).Item;

test('PutItem replaces the whole item, and shows the old one when asked', async () => {
  assert.deepEqual(await put({ pk: { S: 'a' }, x: { N: '1' } }, { ReturnValues: 'ALL_OLD' }), {});
  assert.deepEqual(await put({ pk: { S: 'a' }, y: { BOOL: true } }, { ReturnValues: 'ALL_OLD' }), {
    Attributes: { pk: { S: 'a' }, x: { N: '1' } },
  });
  assert.deepEqual(await get('a'), { pk: { S: 'a' }, y: { BOOL: true } });
  const error = await refused(put({ pk: { S: 'a' } }, { ReturnValues: 'ALL_NEW' }), 'ValidationException');
  assert.equal(error.message, 'ReturnValues can only be ALL_OLD or NONE');
});

test('every type comes back as it was, numbers in order', async () => {
  const item = {
    pk: { S: 'types' },
    n: { N: '-001.50E2' },
    b: { B: Buffer.from([0, 1, 255]) },
    l: { L: [{ NULL: true }, { BOOL: false }, { M: { deep: { B: Buffer.from('x') } } }] },
    ss: { SS: ['a', 'b'] },
    ns: { NS: ['1.0', '2'] },
    bs: { BS: [Buffer.from('a')] },
    ['__proto__']: { S: 'odd' },
  };
  await put(item);
  assert.deepEqual(await get('types'), { ...item, n: { N: '-150' }, ns: { NS: ['1', '2'] } });
});

test('a condition decides, and says what was there when asked', async () => {
  await put({ pk: { S: 'c' }, v: { N: '1' } });
  const conditional = { ConditionExpression: 'attribute_not_exists(pk)' };
  const error = await refused(put({ pk: { S: 'c' } }, conditional), 'ConditionalCheckFailedException');
  assert.deepEqual([error.message, error.fields], ['The conditional request failed', {}]);
  const told = await refused(
    put({ pk: { S: 'c' } }, { ...conditional, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    'ConditionalCheckFailedException',
  );
  assert.deepEqual(told.fields, { Item: { pk: { S: 'c' }, v: { N: '1' } } });
  await refused(put({ pk: { S: 'c' } }, { Expected: { v: { Exists: false } } }), 'ConditionalCheckFailedException');
  await put({ pk: { S: 'c' }, v: { N: '2' } }, { Expected: { v: { Value: { N: '1.0' } } } });
  assert.deepEqual((await get('c')).v, { N: '2' });
});

const INVALID: readonly (readonly [object, string])[] = [
  [{}, 'One or more parameter values were invalid: Missing the key pk in the item'],
  [{ pk: { N: '1' } }, 'One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N'],
  [
    { pk: { S: '' } },
    'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
  ],
  [{ pk: { S: 'a' }, x: {} }, 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes'],
  [{ pk: { S: 'a' }, x: { S: 'x'.repeat(410_000) } }, 'Item size has exceeded the maximum allowed size'],
];

for (const [item, text] of INVALID) {
  test(`PutItem refuses: ${text.slice(0, 100)}`, async () => {
    assert.equal((await refused(put(item), 'ValidationException')).message, text);
  });
}

test('keys of indexes are checked', async () => {
  const wrong = dynamo.call('PutItem', { TableName: 'sorted', Item: { pk: { S: 'a' }, sk: { N: '1' }, l: { N: '1' } } });
  assert.equal(
    (await refused(wrong, 'ValidationException')).message,
    'One or more parameter values were invalid: Type mismatch for Index Key l Expected: S Actual: N IndexName: by-l',
  );
  await refused(dynamo.call('PutItem', { TableName: 'missing', Item: {} }), 'ResourceNotFoundException');
});

test('units are those of the larger of old and new, and of indexes apart', async () => {
  const large = { pk: { S: 'a' }, sk: { N: '1' }, l: { S: 'l' }, x: { S: 'x'.repeat(1500) } };
  const call = (Item: object, ReturnConsumedCapacity: string) =>
    dynamo.call('PutItem', { TableName: 'sorted', Item, ReturnConsumedCapacity, ReturnItemCollectionMetrics: 'SIZE' });
  assert.deepEqual(await call(large, 'TOTAL'), {
    ConsumedCapacity: { TableName: 'sorted', CapacityUnits: 4 },
    ItemCollectionMetrics: { ItemCollectionKey: { pk: { S: 'a' } }, SizeEstimateRangeGB: [0, 1] },
  });
  const { ConsumedCapacity } = await call({ pk: { S: 'a' }, sk: { N: '1' } }, 'INDEXES');
  assert.deepEqual(ConsumedCapacity, {
    TableName: 'sorted',
    CapacityUnits: 4,
    Table: { CapacityUnits: 2 },
    LocalSecondaryIndexes: { 'by-l': { CapacityUnits: 2 } },
  });
});
