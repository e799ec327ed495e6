import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';
import { entries } from './collections.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('table');
});
after(() => dynamo.close());

const update = (more: object, TableName = 'table') => dynamo.call('UpdateTable', { TableName, ...more });
const described = async (TableName = 'table') => (await dynamo.call('DescribeTable', { TableName })).Table;
const units = (ReadCapacityUnits: number, WriteCapacityUnits: number) => ({
  ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits },
});
const byG = {
  IndexName: 'by-g',
  KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
};
const create = (index: object) => ({
  AttributeDefinitions: [{ AttributeName: 'g', AttributeType: 'S' }],
  GlobalSecondaryIndexUpdates: [{ Create: index }],
});

test('an update that asks for nothing is refused', async () => {
  const error = await refused(update({}), 'ValidationException');
  assert.match(error.message, /^At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled,/);
  await refused(update({ DeletionProtectionEnabled: true }, 'missing'), 'ResourceNotFoundException');
  await refused(update({ DeletionProtectionEnabled: true, SSESpecification: { Enabled: false } }), 'ValidationException');
});

test('billing goes from one mode to the other and back', async () => {
  const made = await update({ BillingMode: 'PROVISIONED', ...units(5, 5) });
  assert.equal(made.TableDescription.TableStatus, 'UPDATING');
  assert.equal((await described()).BillingModeSummary.BillingMode, 'PROVISIONED');
  await refused(update(units(5, 5)), 'ValidationException');
  await update(units(6, 4));
  const { ProvisionedThroughput } = await described();
  assert.deepEqual([ProvisionedThroughput.ReadCapacityUnits, ProvisionedThroughput.NumberOfDecreasesToday], [6, 1]);
  assert.ok(ProvisionedThroughput.LastIncreaseDateTime);
  await refused(update({ BillingMode: 'PAY_PER_REQUEST', ...units(1, 1) }), 'ValidationException');
  await update({ BillingMode: 'PAY_PER_REQUEST' });
  assert.equal((await described()).ProvisionedThroughput.ReadCapacityUnits, 0);
  await refused(update(units(1, 1)), 'ValidationException');
});

test('an index that is made later is filled with what is there, and follows meanwhile', async () => {
  const put = (i: number) => {
    const g = i % 3 === 0 ? { N: '1' } : { S: 'yes' };
    return dynamo.call('PutItem', { TableName: 'table', Item: { pk: { S: `${i}` }, g } });
  };
  await Promise.all(Array.from({ length: 150 }, (_, i) => put(i)));
  await update(create(byG));
  assert.equal((await described()).GlobalSecondaryIndexes[0].IndexStatus, 'CREATING');
  assert.equal((await described()).GlobalSecondaryIndexes[0].Backfilling, true);
  const query = { TableName: 'table', IndexName: 'by-g', KeyConditionExpression: 'g = :g' };
  const asked = { ...query, ExpressionAttributeValues: { ':g': { S: 'yes' } } };
  await refused(dynamo.call('Query', asked), 'ValidationException');
  await refused(update(create({ ...byG, IndexName: 'second' })), 'ResourceInUseException');
  await dynamo.call('PutItem', { TableName: 'table', Item: { pk: { S: 'meanwhile' }, g: { S: 'yes' } } });
  await dynamo.call('DeleteItem', { TableName: 'table', Key: { pk: { S: '1' } } });
  await dynamo.upkeep();
  assert.equal((await described()).GlobalSecondaryIndexes[0].IndexStatus, 'ACTIVE');
  assert.equal((await dynamo.call('Query', asked)).Count, 100);
});

test('one index is made or deleted at a time', async () => {
  const error = await refused(
    update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-g' } }, { Delete: { IndexName: 'b' } }] }),
    'LimitExceededException',
  );
  assert.equal(
    error.message,
    'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
  );
  await refused(update(create(byG)), 'ValidationException');
  await refused(update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'none' } }] }), 'ResourceNotFoundException');
  await refused(
    update(create({ ...byG, IndexName: 'x', KeySchema: [{ AttributeName: 'x', KeyType: 'HASH' }] })),
    'ValidationException',
  );
});

test('a deleted index goes with its entries; one made again has none of them', async () => {
  await update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-g' } }] });
  assert.equal((await described()).GlobalSecondaryIndexes, undefined);
  await dynamo.upkeep();
  assert.equal((await dynamo.store.read.range(entries, { limit: 10 })).items.length, 0);
});

test('a stream is enabled, disabled and enabled again under a new label', async () => {
  const enable = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } };
  const disable = { StreamSpecification: { StreamEnabled: false } };
  await refused(update(disable), 'ValidationException');
  await update(enable);
  const first = (await described()).LatestStreamLabel;
  const error = await refused(update(enable), 'ResourceInUseException');
  assert.equal(error.message, 'Table already has an enabled stream: TableName: table');
  await update(disable);
  const between = await described();
  assert.deepEqual([between.LatestStreamLabel, between.StreamSpecification], [first, undefined]);
  await update(enable);
  assert.notEqual((await described()).LatestStreamLabel, first);
});

test('protection and class are kept', async () => {
  await update({ DeletionProtectionEnabled: true, TableClass: 'STANDARD_INFREQUENT_ACCESS' });
  const { DeletionProtectionEnabled, TableClassSummary } = await described();
  assert.deepEqual([DeletionProtectionEnabled, TableClassSummary.TableClass], [true, 'STANDARD_INFREQUENT_ACCESS']);
  await refused(dynamo.call('DeleteTable', { TableName: 'table' }), 'ValidationException');
  await refused(update({ ReplicaUpdates: [{ Create: { RegionName: 'eu-west-1' } }] }), 'NotImplemented');
});
