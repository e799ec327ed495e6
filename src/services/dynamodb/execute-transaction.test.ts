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

const transact = (statements: readonly string[], more: object = {}) =>
  dynamo.call('ExecuteTransaction', { TransactStatements: statements.map((Statement) => ({ Statement })), ...more });
const count = async () => (await dynamo.call('Scan', { TableName: 'items' })).Count;

test('reads answer together', async () => {
  const statements = ["SELECT n FROM items WHERE pk = 'a'", "SELECT * FROM items WHERE pk = 'none'"];
  assert.deepEqual(await transact(statements), { Responses: [{ Item: { n: { N: '1' } } }, {}] });
});

test('writes are done together or not at all', async () => {
  const insert = "INSERT INTO items VALUE {'pk': 'b'}";
  const exists = (n: number) => `EXISTS(SELECT * FROM items WHERE pk = 'a' AND n = ${n})`;
  const error = await refused(transact([insert, exists(2)]), 'TransactionCanceledException');
  assert.deepEqual(error.fields.CancellationReasons, [
    { Code: 'None' },
    { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
  ]);
  assert.equal(await count(), 1);
  assert.deepEqual(await transact([insert, exists(1)], { ClientRequestToken: 'once' }), { Responses: [] });
  assert.deepEqual(await transact([insert, exists(1)], { ClientRequestToken: 'once' }), { Responses: [] });
  const duplicate = await refused(transact([insert]), 'TransactionCanceledException');
  assert.match(duplicate.message, /\[DuplicateItem\]$/);
  assert.equal(await count(), 2);
});

test('reads and writes do not mix', async () => {
  const mixed = transact(["SELECT * FROM items WHERE pk = 'a'", "DELETE FROM items WHERE pk = 'b'"]);
  await refused(mixed, 'ValidationException');
});
