import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  DynamoDB,
  type TransactionCanceledException,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBStreams } from '@aws-sdk/client-dynamodb-streams';
import { type Platform, startPlatform } from '../support/platform.ts';
import { PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

const TableName = 'carts';
const BY_STATUS = 'by-status';
let platform: Platform;
let dynamo: DynamoDB;
let streams: DynamoDBStreams;

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  dynamo = new DynamoDB(config);
  streams = new DynamoDBStreams(config);
  await dynamo.createTable({
    TableName,
    KeySchema: [
      { AttributeName: 'user', KeyType: 'HASH' },
      { AttributeName: 'item', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'user', AttributeType: 'S' },
      { AttributeName: 'item', AttributeType: 'S' },
      { AttributeName: 'status', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: BY_STATUS,
        KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  await waitUntilTableExists({ client: dynamo, maxWaitTime: 30 }, { TableName });
});
after(() => platform?.stop());

const key = (item: string) => ({ user: { S: 'ann' }, item: { S: item } });

test('items of every type come back as they were', async () => {
  const Item = {
    ...key('types'),
    n: { N: '3.5' },
    b: { B: new Uint8Array([0, 255]) },
    l: { L: [{ NULL: true }, { M: { x: { BOOL: true } } }] },
    ss: { SS: ['a', 'b'] },
    bs: { BS: [new Uint8Array([1])] },
  };
  await dynamo.putItem({ TableName, Item });
  assert.deepEqual((await dynamo.getItem({ TableName, Key: key('types'), ConsistentRead: true })).Item, Item);
  assert.equal((await dynamo.getItem({ TableName, Key: key('none') })).Item, undefined);
});

test('updates, conditions and their errors', async () => {
  const update = { TableName, Key: key('counted'), UpdateExpression: 'ADD #n :one', ExpressionAttributeNames: { '#n': 'n' } };
  const values = { ExpressionAttributeValues: { ':one': { N: '1' } } };
  const answer = await dynamo.updateItem({ ...update, ...values, ReturnValues: 'UPDATED_NEW' });
  assert.deepEqual(answer.Attributes, { n: { N: '1' } });
  const error = await refused(
    dynamo.putItem({
      TableName,
      Item: key('counted'),
      ConditionExpression: 'attribute_not_exists(n)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    'ConditionalCheckFailedException',
    'The conditional request failed',
    400,
  );
  assert.deepEqual((error as unknown as { Item: object }).Item, { ...key('counted'), n: { N: '1' } });
  await refused(
    dynamo.updateItem(update),
    'ValidationException',
    /^Invalid UpdateExpression: An expression attribute value used/,
  );
  await refused(
    dynamo.getItem({ TableName: 'missing', Key: {} }),
    'ResourceNotFoundException',
    'Requested resource not found',
    400,
  );
});

test('queries of table and index, with pages', async () => {
  const status = { S: 'open' };
  const put = (item: string) => ({ PutRequest: { Item: { user: { S: 'bob' }, item: { S: item }, status } } });
  const { UnprocessedItems } = await dynamo.batchWriteItem({ RequestItems: { [TableName]: ['a', 'b', 'c'].map(put) } });
  assert.deepEqual(UnprocessedItems, {});
  const byUser = {
    KeyConditionExpression: '#u = :u AND begins_with(#i, :p)',
    ExpressionAttributeNames: { '#u': 'user', '#i': 'item' },
  };
  const first = await dynamo.query({
    TableName,
    ...byUser,
    ExpressionAttributeValues: { ':u': { S: 'bob' }, ':p': { S: 'b' } },
    Limit: 1,
  });
  assert.deepEqual(first.LastEvaluatedKey, { user: { S: 'bob' }, item: { S: 'b' } });
  const { Items } = await dynamo.query({
    TableName,
    IndexName: BY_STATUS,
    KeyConditionExpression: '#s = :s',
    ExpressionAttributeNames: { '#s': 'status' },
    ExpressionAttributeValues: { ':s': status },
  });
  assert.deepEqual(Items?.map(({ item }) => item?.S).sort(), ['a', 'b', 'c']);
  const { Responses } = await dynamo.batchGetItem({ RequestItems: { [TableName]: { Keys: [key('none')] } } });
  assert.deepEqual(Responses, { [TableName]: [] });
});

test('transactions say why they were cancelled', async () => {
  const cancelled = dynamo.transactWriteItems({
    TransactItems: [
      { Put: { TableName, Item: key('t') } },
      {
        ConditionCheck: {
          TableName,
          Key: key('none'),
          ConditionExpression: 'attribute_exists(#i)',
          ExpressionAttributeNames: { '#i': 'item' },
        },
      },
    ],
  });
  const error = await refused(cancelled, 'TransactionCanceledException', /\[None, ConditionalCheckFailed\]$/, 400);
  const reasons = (error as unknown as TransactionCanceledException).CancellationReasons;
  assert.deepEqual(reasons, [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' }]);
  const { Responses } = await dynamo.transactGetItems({ TransactItems: [{ Get: { TableName, Key: key('t') } }] });
  assert.deepEqual(Responses, [{}]);
});

test('the stream tells of every change in order', async () => {
  const { Streams } = await streams.listStreams({ TableName });
  const { StreamArn } = Streams![0]!;
  const { StreamDescription } = await streams.describeStream({ StreamArn });
  const { ShardId } = StreamDescription!.Shards![0]!;
  const { ShardIterator } = await streams.getShardIterator({ StreamArn, ShardId, ShardIteratorType: 'LATEST' });
  const Key = key('told');
  await dynamo.putItem({ TableName, Item: { ...Key, b: { B: new Uint8Array([1, 2]) } } });
  await dynamo.deleteItem({ TableName, Key });
  const { Records } = await streams.getRecords({ ShardIterator });
  assert.deepEqual(
    Records!.map(({ eventName }) => eventName),
    ['INSERT', 'REMOVE'],
  );
  assert.deepEqual(Records![0]!.dynamodb!.NewImage!.b!.B, new Uint8Array([1, 2]));
  assert.deepEqual(Records![1]!.dynamodb!.Keys, Key);
  assert.ok(Records![0]!.dynamodb!.ApproximateCreationDateTime instanceof Date);
});

test('policies judge what a role does, down to its leading keys', async () => {
  const { iam, sts } = sdk(platform.url);
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' }],
  };
  await iam.createRole({ RoleName: 'reader', AssumeRolePolicyDocument: JSON.stringify(trust) });
  const statement = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:Query'],
    Resource: `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`,
    Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['ann'] } },
  };
  await iam.putRolePolicy({
    RoleName: 'reader',
    PolicyName: 'p',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  });
  const { Credentials } = await sts.assumeRole({ RoleArn: 'arn:aws:iam::000000000000:role/reader', RoleSessionName: 'session' });
  const reader = new DynamoDB({
    endpoint: platform.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    },
  });
  const query = (user: string) =>
    reader.query({
      TableName,
      KeyConditionExpression: '#u = :u',
      ExpressionAttributeNames: { '#u': 'user' },
      ExpressionAttributeValues: { ':u': { S: user } },
    });
  await reader.getItem({ TableName, Key: key('x') });
  await query('ann');
  await refused(query('bob'), 'AccessDeniedException');
  await refused(reader.putItem({ TableName, Item: key('x') }), 'AccessDeniedException');
});

test('tables go, and others stay', async () => {
  await dynamo.createTable({
    TableName: 'gone',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'N' }],
    ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
  });
  await dynamo.deleteTable({ TableName: 'gone' });
  await waitUntilTableNotExists({ client: dynamo, maxWaitTime: 30 }, { TableName: 'gone' });
  assert.deepEqual((await dynamo.listTables({})).TableNames, [TableName]);
});
