import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, PARTITION, refused, SORT } from '../../../test/support/dynamodb-room.ts';
import { itemCollections, tables } from './collections.ts';
import { MOST_COLLECTION_BYTES } from './item-collections.ts';

let room: DynamoRoom;
before(async () => {
  room = await openDynamo();
});
after(() => room.close());

const local = {
  KeySchema: [PARTITION, SORT],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'N' },
    { AttributeName: 'x', AttributeType: 'S' },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'by-x',
      KeySchema: [PARTITION, { AttributeName: 'x', KeyType: 'RANGE' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

const key = (sk: number) => ({ pk: { S: 'a' }, sk: { N: String(sk) } });
const put = (TableName: string, sk: number, more: object = {}, others: object = {}) =>
  room.call('PutItem', { TableName, Item: { ...key(sk), ...more }, ...others });

async function sizes(name: string): Promise<number[]> {
  const table = (await room.store.read.get(tables, ['000000000000', 'us-east-1', name]))!;
  return (await room.store.read.range(itemCollections, { prefix: [table.id], limit: 10 })).items.map(({ bytes }) => bytes);
}

/** Makes the one collection of a table as large as that. */
async function swell(name: string, bytes: number): Promise<void> {
  const table = (await room.store.read.get(tables, ['000000000000', 'us-east-1', name]))!;
  const [row] = (await room.store.read.range(itemCollections, { prefix: [table.id], limit: 1 })).items;
  await room.store.transact((tx) => tx.put(itemCollections, { ...row!, bytes }));
}

test('a collection is as large as its items and their entries in local indexes, after every kind of write', async () => {
  await room.table('counted', local);
  const bytes = 'pk'.length + 1 + 'sk'.length + 2;
  await put('counted', 1, { d: { S: 'xxxx' } });
  assert.deepEqual(await sizes('counted'), [bytes + 5]);
  await put('counted', 1, { d: { S: 'xx' }, x: { S: 'yy' } });
  assert.deepEqual(await sizes('counted'), [bytes + 3 + 3 + (bytes + 3)]);
  await put('counted', 1, { d: { S: 'xx' }, x: { S: 'yy' } });
  assert.deepEqual(await sizes('counted'), [bytes + 3 + 3 + (bytes + 3)], 'the same again');
  const update = {
    TableName: 'counted',
    Key: key(1),
    UpdateExpression: 'SET x = :x',
    ExpressionAttributeValues: { ':x': { S: 'yyyy' } },
  };
  await room.call('UpdateItem', update);
  assert.deepEqual(await sizes('counted'), [bytes + 3 + 5 + (bytes + 5)]);
  await room.call('BatchWriteItem', {
    RequestItems: { counted: [{ PutRequest: { Item: { pk: { S: 'b' }, sk: { N: '1' } } } }] },
  });
  assert.deepEqual(await sizes('counted'), [bytes, bytes + 3 + 5 + (bytes + 5)]);
  await room.call('UpdateItem', { TableName: 'counted', Key: key(1), UpdateExpression: 'REMOVE x, d' });
  await room.call('TransactWriteItems', { TransactItems: [{ Delete: { TableName: 'counted', Key: key(1) } }] });
  assert.deepEqual(await sizes('counted'), [bytes], 'nothing is kept of what is empty');
});

test('beyond 10 GB a collection does not grow, by no kind of write; it can shrink', async () => {
  await room.table('full', local);
  await put('full', 1, { d: { S: 'xxxx' } });
  await swell('full', MOST_COLLECTION_BYTES - 7);
  const code = 'ItemCollectionSizeLimitExceededException';
  const { status } = await refused(put('full', 2, { d: { S: 'x' } }), code);
  assert.equal(status, 400);
  await refused(
    room.call('BatchWriteItem', { RequestItems: { full: [{ PutRequest: { Item: { ...key(2), d: { S: 'x' } } } }] } }),
    code,
  );
  await refused(room.call('ExecuteStatement', { Statement: `INSERT INTO "full" VALUE {'pk':'a','sk':2,'d':'x'}` }), code);
  const { Responses } = await room.call('BatchExecuteStatement', {
    Statements: [{ Statement: `INSERT INTO "full" VALUE {'pk':'a','sk':2,'d':'x'}` }],
  });
  assert.equal(Responses[0].Error.Code, 'ItemCollectionSizeLimitExceeded');
  const { fields } = await refused(
    room.call('TransactWriteItems', {
      TransactItems: [
        { Delete: { TableName: 'full', Key: key(9) } },
        { Put: { TableName: 'full', Item: { ...key(2), d: { S: 'x' } } } },
      ],
    }),
    'TransactionCanceledException',
  );
  const reasons = fields.CancellationReasons as { Code: string }[];
  assert.deepEqual(
    reasons.map(({ Code }) => Code),
    ['None', 'ItemCollectionSizeLimitExceeded'],
  );
  assert.equal((await room.call('GetItem', { TableName: 'full', Key: key(2) })).Item, undefined);
  await put('full', 2);
  await room.call('PutItem', { TableName: 'full', Item: { pk: { S: 'other' }, sk: { N: '1' }, d: { S: 'x' } } });
  await put('full', 1, { d: { S: 'x' } });
  await room.call('DeleteItem', { TableName: 'full', Key: key(2) });
});

test('the estimate tells between which gigabytes it is', async () => {
  await room.table('told', local);
  await put('told', 1);
  await swell('told', 3.5 * 2 ** 30);
  const asked = { ReturnItemCollectionMetrics: 'SIZE' };
  const metrics = { ItemCollectionKey: { pk: { S: 'a' } }, SizeEstimateRangeGB: [3, 4] };
  assert.deepEqual((await put('told', 2, {}, asked)).ItemCollectionMetrics, metrics);
  const { ItemCollectionMetrics: removed } = await room.call('DeleteItem', { TableName: 'told', Key: key(2), ...asked });
  assert.deepEqual(removed, metrics);
  const TransactItems = [{ Put: { TableName: 'told', Item: key(3) } }];
  const { ItemCollectionMetrics: transacted } = await room.call('TransactWriteItems', { TransactItems, ...asked });
  assert.deepEqual(transacted, { told: [metrics] });
});

test('tables without local indexes count nothing, and a deleted table leaves nothing', async () => {
  await room.table('plain');
  await room.call('PutItem', { TableName: 'plain', Item: { pk: { S: 'a' } } });
  assert.deepEqual(await sizes('plain'), []);
  for (const name of ['counted', 'full', 'told']) await room.call('DeleteTable', { TableName: name });
  await room.upkeep();
  assert.equal(await room.store.read.count(itemCollections, []), 0);
});
