import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';
import { doneTransactions } from './collections.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('items');
  await dynamo.call('PutItem', { TableName: 'items', Item: { pk: { S: 'there' }, n: { N: '1' } } });
});
after(() => dynamo.close());

const on = (pk: string) => ({ TableName: 'items', Key: { pk: { S: pk } } });
const put = (pk: string, more: object = {}) => ({ Put: { TableName: 'items', Item: { pk: { S: pk } }, ...more } });
const write = (TransactItems: object[], more: object = {}) => dynamo.call('TransactWriteItems', { TransactItems, ...more });
const get = async (pk: string) => (await dynamo.call('GetItem', on(pk))).Item;

test('TransactWriteItems does all four kinds at once', async () => {
  await dynamo.call('PutItem', { TableName: 'items', Item: { pk: { S: 'old' } } });
  const answer = await write(
    [
      put('new'),
      { Update: { ...on('counted'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } } },
      { Delete: on('old') },
      { ConditionCheck: { ...on('there'), ConditionExpression: 'attribute_exists(pk)' } },
    ],
    { ReturnConsumedCapacity: 'TOTAL' },
  );
  assert.deepEqual(answer, { ConsumedCapacity: [{ TableName: 'items', CapacityUnits: 8, WriteCapacityUnits: 8 }] });
  assert.deepEqual(await get('new'), { pk: { S: 'new' } });
  assert.deepEqual(await get('counted'), { pk: { S: 'counted' }, n: { N: '1' } });
  assert.equal(await get('old'), undefined);
});

test('what fails cancels everything, with a reason for each', async () => {
  const ifNew = { ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
  const error = await refused(
    write([
      put('never'),
      put('there', ifNew),
      { Update: { ...on('missing'), UpdateExpression: 'SET a.b = :v', ExpressionAttributeValues: { ':v': { N: '1' } } } },
    ]),
    'TransactionCanceledException',
  );
  assert.equal(
    error.message,
    'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ValidationError]',
  );
  assert.deepEqual(error.fields.CancellationReasons, [
    { Code: 'None' },
    {
      Code: 'ConditionalCheckFailed',
      Message: 'The conditional request failed',
      Item: { pk: { S: 'there' }, n: { N: '1' } },
    },
    { Code: 'ValidationError', Message: 'The document path provided in the update expression is invalid for update' },
  ]);
  assert.equal(await get('never'), undefined);
});

test('requests that can never be are refused', async () => {
  const error = await refused(write([put('a'), { Delete: on('a') }]), 'ValidationException');
  assert.equal(error.message, 'Transaction request cannot include multiple operations on one item');
  await refused(write([{}]), 'ValidationException');
  await refused(write([{ ...put('a'), Delete: on('b') }]), 'ValidationException');
  await refused(write([put('a', { TableName: 'missing' })]), 'ResourceNotFoundException');
});

test('a transaction has 4 MB at most', async () => {
  const large = (pk: string) => ({ Put: { TableName: 'items', Item: { pk: { S: pk }, x: { S: 'x'.repeat(400_000) } } } });
  const many = Array.from({ length: 11 }, (_, i) => large(`large ${i}`));
  await refused(write(many), 'ValidationException');
  await write(many.slice(0, 10));
});

test('a token stands for its transaction for ten minutes', async () => {
  const count = (token: string, by = '1') =>
    write([{ Update: { ...on('once'), UpdateExpression: 'ADD n :by', ExpressionAttributeValues: { ':by': { N: by } } } }], {
      ClientRequestToken: token,
      ReturnConsumedCapacity: 'TOTAL',
    });
  await count('token');
  const again = await count('token');
  assert.deepEqual(again, { ConsumedCapacity: [{ TableName: 'items', CapacityUnits: 2, ReadCapacityUnits: 2 }] });
  assert.deepEqual((await get('once')).n, { N: '1' });
  await refused(count('token', '2'), 'IdempotentParameterMismatchException');
  await dynamo.clock.advance(10 * 60_000);
  await dynamo.upkeep();
  assert.equal((await dynamo.store.read.range(doneTransactions, { limit: 10 })).items.length, 0);
  await count('token', '2');
  assert.deepEqual((await get('once')).n, { N: '3' });
});

test('a clock that is set back lets a token hold for ten minutes more, not for as long as that', async () => {
  const once = () =>
    write([{ Update: { ...on('back'), UpdateExpression: 'ADD n :by', ExpressionAttributeValues: { ':by': { N: '1' } } } }], {
      ClientRequestToken: 'back',
    });
  await once();
  dynamo.clock.jump(-24 * 3600_000);
  await dynamo.upkeep();
  await once();
  assert.deepEqual((await get('back')).n, { N: '1' });
  await dynamo.clock.advance(10 * 60_000);
  await once();
  assert.deepEqual((await get('back')).n, { N: '2' });
});

test('every write of a transaction has its record in the stream', async () => {
  await dynamo.table('told', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } });
  await write(['a', 'b', 'c'].map((pk) => put(pk, { TableName: 'told' })));
  const { Streams } = await dynamo.streams('ListStreams', { TableName: 'told' });
  const { StreamArn } = Streams[0];
  const { StreamDescription } = await dynamo.streams('DescribeStream', { StreamArn });
  const { ShardId } = StreamDescription.Shards[0];
  const iterator = await dynamo.streams('GetShardIterator', { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
  const { Records } = await dynamo.streams('GetRecords', iterator);
  assert.equal(new Set(Records.map(({ eventID }: { eventID: string }) => eventID)).size, 3);
});
