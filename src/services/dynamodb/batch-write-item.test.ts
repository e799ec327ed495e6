import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  for (const name of ['one', 'two']) await dynamo.table(name);
});
after(() => dynamo.close());

const put = (pk: string) => ({ PutRequest: { Item: { pk: { S: pk } } } });
const remove = (pk: string) => ({ DeleteRequest: { Key: { pk: { S: pk } } } });
const batch = (RequestItems: object, more: object = {}) => dynamo.call('BatchWriteItem', { RequestItems, ...more });
const count = async (TableName: string) => (await dynamo.call('Scan', { TableName })).Count;

test('BatchWriteItem puts and deletes in several tables', async () => {
  assert.deepEqual(await batch({ one: [put('a'), put('b')], two: [put('c')] }), { UnprocessedItems: {} });
  const answer = await batch({ one: [remove('a')], two: [put('d')] }, { ReturnConsumedCapacity: 'TOTAL' });
  assert.deepEqual(answer.ConsumedCapacity, [
    { TableName: 'one', CapacityUnits: 1 },
    { TableName: 'two', CapacityUnits: 1 },
  ]);
  assert.deepEqual([await count('one'), await count('two')], [1, 2]);
});

test('nothing of a refused batch is done', async () => {
  const before = await count('one');
  const text = async (RequestItems: object) => (await refused(batch(RequestItems), 'ValidationException')).message;
  const many = Array.from({ length: 26 }, (_, i) => put(`m${i}`));
  assert.equal(await text({ one: many }), 'Too many items requested for the BatchWriteItem call');
  assert.equal(await text({ one: [put('x'), remove('x')] }), 'Provided list of item keys contains duplicates');
  assert.equal(
    await text({ one: [put('y'), { PutRequest: { Item: {} } }] }),
    'The provided key element does not match the schema',
  );
  await text({ one: [{ ...put('z'), ...remove('z') }] });
  await text({ one: [{}] });
  assert.match(await text({ one: [] }), /Map value must satisfy constraint/);
  await refused(batch({ one: [put('x')], missing: [put('x')] }), 'ResourceNotFoundException');
  assert.equal(await count('one'), before);
});
