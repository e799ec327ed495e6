import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { contextOf, type DynamoRoom, openDynamo, rootOf } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('table');
});
after(() => dynamo.close());

const ROLE = { ...rootOf('000000000000'), kind: 'role' as const, arn: 'arn:aws:sts::000000000000:assumed-role/r/s' };
const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/table';
const asked = (operation: string, input: Record<string, unknown>) =>
  dynamo.access(operation, input, contextOf({ principal: ROLE as never }));

test('an operation asks for its action on its table or index', async () => {
  assert.deepEqual(await asked('ListTables', {}), [{ action: 'dynamodb:ListTables', resource: '*', context: {} }]);
  assert.deepEqual(await asked('DescribeTable', { TableName: TABLE }), [
    { action: 'dynamodb:DescribeTable', resource: TABLE, context: {} },
  ]);
  assert.deepEqual(await asked('ListTagsOfResource', { ResourceArn: TABLE }), [
    { action: 'dynamodb:ListTagsOfResource', resource: TABLE, context: {} },
  ]);
  const [scan] = await asked('Scan', { TableName: 'table', IndexName: 'i', Select: 'COUNT' });
  assert.equal(scan?.resource, `${TABLE}/index/i`);
  assert.deepEqual(scan?.context, { 'dynamodb:select': 'COUNT', 'dynamodb:fulltablescan': 'true' });
});

test('leading keys and attributes are what the request names', async () => {
  const [get] = await asked('GetItem', { TableName: 'table', Key: { pk: { S: 'me' } }, ProjectionExpression: 'a.b, c' });
  assert.deepEqual(get?.context, { 'dynamodb:leadingkeys': ['me'], 'dynamodb:attributes': ['pk', 'a', 'c'] });
  const [query] = await asked('Query', {
    TableName: 'table',
    KeyConditionExpression: '#k = :k',
    FilterExpression: 'size(x) > :n',
    ExpressionAttributeNames: { '#k': 'pk' },
    ExpressionAttributeValues: { ':k': { S: 'me' }, ':n': { N: '1' } },
  });
  assert.deepEqual(query?.context, { 'dynamodb:leadingkeys': ['me'], 'dynamodb:attributes': ['pk', 'x'] });
  const [update] = await asked('UpdateItem', {
    TableName: 'table',
    Key: { pk: { S: 'me' } },
    UpdateExpression: 'SET a = if_not_exists(b, :v), c.d = e REMOVE f',
    ExpressionAttributeValues: { ':v': { S: 'x' } },
    ReturnValues: 'ALL_NEW',
  });
  assert.deepEqual(update?.context['dynamodb:attributes'], ['pk', 'a', 'b', 'c', 'e', 'f']);
  assert.equal(update?.context['dynamodb:returnvalues'], 'ALL_NEW');
});

test('batches ask once for each table, transactions for the actions of their items', async () => {
  const batch = await asked('BatchWriteItem', {
    RequestItems: { table: [{ PutRequest: { Item: { pk: { S: 'a' } } } }, { DeleteRequest: { Key: { pk: { S: 'b' } } } }] },
  });
  assert.deepEqual(batch[0]?.context['dynamodb:leadingkeys'], ['a', 'b']);
  const transaction = await asked('TransactWriteItems', {
    TransactItems: [
      { Put: { TableName: 'table', Item: { pk: { S: 'a' } } } },
      { ConditionCheck: { TableName: 'table', Key: { pk: { S: 'b' } }, ConditionExpression: 'attribute_exists(x)' } },
    ],
  });
  assert.deepEqual(
    transaction.map(({ action }) => action),
    ['dynamodb:PutItem', 'dynamodb:ConditionCheckItem'],
  );
  assert.equal(transaction[0]?.context['dynamodb:enclosingoperation'], 'TransactWriteItems');
});

test('tags of the table and of the request count', async () => {
  await dynamo.call('TagResource', { ResourceArn: TABLE, Tags: [{ Key: 'Team', Value: 'a' }] });
  const [scan] = await asked('Scan', { TableName: 'table' });
  assert.equal(scan?.context['aws:resourcetag/team'], 'a');
  const made = await asked('CreateTable', { TableName: 'made', Tags: [{ Key: 'k', Value: 'v' }] });
  assert.deepEqual(
    made.map(({ action }) => action),
    ['dynamodb:CreateTable', 'dynamodb:TagResource'],
  );
  assert.deepEqual(made[0]?.context, { 'aws:requesttag/k': 'v', 'aws:tagkeys': ['k'] });
  const [untag] = await asked('UntagResource', { ResourceArn: TABLE, TagKeys: ['x'] });
  assert.deepEqual(untag?.context, { 'aws:resourcetag/team': 'a', 'aws:tagkeys': ['x'] });
});

test('nothing is worked out for the root of an account', async () => {
  const [get] = await dynamo.access('GetItem', { TableName: 'table', Key: { pk: { S: 'me' } } }, contextOf());
  assert.deepEqual(get?.context, {});
});
