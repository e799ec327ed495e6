import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  for (const name of ['one', 'two']) await dynamo.table(name);
  await dynamo.call('PutItem', { TableName: 'one', Item: { pk: { S: 'a' }, x: { N: '1' } } });
  await dynamo.call('PutItem', { TableName: 'two', Item: { pk: { S: 'b' } } });
});
after(() => dynamo.close());

const key = (pk: string) => ({ pk: { S: pk } });
const batch = (RequestItems: object, more: object = {}) => dynamo.call('BatchGetItem', { RequestItems, ...more });

test('BatchGetItem answers for each table, with empty lists where nothing was found', async () => {
  const answer = await batch(
    { one: { Keys: [key('a'), key('none')], ProjectionExpression: 'x' }, two: { Keys: [key('none')], ConsistentRead: true } },
    { ReturnConsumedCapacity: 'TOTAL' },
  );
  assert.deepEqual(answer, {
    Responses: { one: [{ x: { N: '1' } }], two: [] },
    UnprocessedKeys: {},
    ConsumedCapacity: [
      { TableName: 'one', CapacityUnits: 1 },
      { TableName: 'two', CapacityUnits: 1 },
    ],
  });
});

test('too many, twice the same, and missing tables are refused', async () => {
  const many = Array.from({ length: 101 }, (_, i) => key(`${i}`));
  const text = async (RequestItems: object) => (await refused(batch(RequestItems), 'ValidationException')).message;
  assert.equal(await text({ one: { Keys: many } }), 'Too many items requested for the BatchGetItem call');
  assert.equal(await text({ one: { Keys: [key('a'), key('a')] } }), 'Provided list of item keys contains duplicates');
  assert.equal(await text({ one: { Keys: [{}] } }), 'The provided key element does not match the schema');
  await refused(batch({ one: { Keys: [key('a')] }, missing: { Keys: [key('a')] } }), 'ResourceNotFoundException');
});

test('what is beyond 16 MB comes back unprocessed', async () => {
  await dynamo.table('large');
  const keys = Array.from({ length: 45 }, (_, i) => key(`${i}`));
  const put = (pk: object) => dynamo.call('PutItem', { TableName: 'large', Item: { ...pk, x: { S: 'x'.repeat(400_000) } } });
  await Promise.all(keys.map(put));
  const { Responses, UnprocessedKeys } = await batch({ large: { Keys: keys, ProjectionExpression: 'pk' } });
  assert.equal(Responses.large.length, 42);
  assert.deepEqual(UnprocessedKeys, { large: { Keys: keys.slice(42), ProjectionExpression: 'pk' } });
});
