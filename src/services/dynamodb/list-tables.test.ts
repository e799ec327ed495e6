import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, OTHER, openDynamo } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
});
after(() => dynamo.close());

test('ListTables goes through the names in order, page by page', async () => {
  assert.deepEqual(await dynamo.call('ListTables'), { TableNames: [] });
  for (const name of ['ccc', 'aaa', 'bbb']) await dynamo.table(name);
  assert.deepEqual(await dynamo.call('ListTables'), { TableNames: ['aaa', 'bbb', 'ccc'] });
  const first = await dynamo.call('ListTables', { Limit: 2 });
  assert.deepEqual(first, { TableNames: ['aaa', 'bbb'], LastEvaluatedTableName: 'bbb' });
  const second = await dynamo.call('ListTables', { ExclusiveStartTableName: 'bbb' });
  assert.deepEqual(second, { TableNames: ['ccc'] });
  assert.deepEqual(await dynamo.call('ListTables', {}, { account: OTHER }), { TableNames: [] });
});
