import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, OTHER, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' };
  for (const name of ['aaa', 'bbb', 'ccc']) await dynamo.table(name, { StreamSpecification });
  await dynamo.table('none');
});
after(() => dynamo.close());

const list = async (input: object = {}, context: object = {}) => {
  const { Streams, LastEvaluatedStreamArn } = await dynamo.streams('ListStreams', input, context);
  return { tables: Streams.map(({ TableName }: { TableName: string }) => TableName), next: LastEvaluatedStreamArn };
};

test('ListStreams goes through all streams of an account, page by page, or those of one table', async () => {
  assert.deepEqual(await list(), { tables: ['aaa', 'bbb', 'ccc'], next: undefined });
  const first = await list({ Limit: 2 });
  assert.deepEqual(first.tables, ['aaa', 'bbb']);
  assert.deepEqual(await list({ ExclusiveStartStreamArn: first.next }), { tables: ['ccc'], next: undefined });
  assert.deepEqual((await list({ TableName: 'bbb' })).tables, ['bbb']);
  assert.deepEqual((await list({}, { account: OTHER })).tables, []);
  await refused(list({ ExclusiveStartStreamArn: 'x' }), 'ValidationException');
});
