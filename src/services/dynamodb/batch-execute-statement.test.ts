import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('items');
  await dynamo.call('PutItem', { TableName: 'items', Item: { pk: { S: 'a' }, n: { N: '1' } } });
});
after(() => dynamo.close());

const batch = (statements: readonly string[], more: object = {}) =>
  dynamo.call('BatchExecuteStatement', { Statements: statements.map((Statement) => ({ Statement })), ...more });

test('reads answer one by one, with errors beside', async () => {
  const answer = await batch(
    [
      "SELECT n FROM items WHERE pk = 'a'",
      "SELECT * FROM items WHERE pk = 'none'",
      'SELECT * FROM items',
      "SELECT * FROM missing WHERE pk = 'a'",
    ],
    { ReturnConsumedCapacity: 'TOTAL' },
  );
  assert.deepEqual(answer, {
    Responses: [
      { TableName: 'items', Item: { n: { N: '1' } } },
      { TableName: 'items' },
      {
        TableName: 'items',
        Error: {
          Code: 'ValidationError',
          Message: 'Where clause does not contain a mandatory equality on all key attributes',
        },
      },
      { TableName: 'missing', Error: { Code: 'ResourceNotFound', Message: 'Requested resource not found' } },
    ],
    ConsumedCapacity: [{ TableName: 'items', CapacityUnits: 1 }],
  });
});

test('writes are done one by one', async () => {
  const { Responses } = await batch([
    "INSERT INTO items VALUE {'pk': 'b'}",
    "INSERT INTO items VALUE {'pk': 'b'}",
    "UPDATE items SET n = 2 WHERE pk = 'a' AND n = 5",
    "DELETE FROM items WHERE pk = 'a'",
  ]);
  const codes = Responses.map(({ Error: error }: { Error?: { Code: string } }) => error?.Code);
  assert.deepEqual(codes, [undefined, 'DuplicateItem', 'ConditionalCheckFailed', undefined]);
  assert.equal((await dynamo.call('Scan', { TableName: 'items' })).Count, 1);
});

test('reads and writes do not mix', async () => {
  await refused(batch(["SELECT * FROM items WHERE pk = 'a'", "DELETE FROM items WHERE pk = 'a'"]), 'ValidationException');
});
