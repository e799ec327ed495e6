import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('plain');
});
after(() => dynamo.close());

const TableName = 'plain';
const backups = {
  ContinuousBackupsDescription: {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
  },
};

test('reads answer what AWS answers of tables where nothing was configured', async () => {
  assert.deepEqual(await dynamo.call('DescribeContinuousBackups', { TableName }), backups);
  assert.deepEqual(await dynamo.call('DescribeKinesisStreamingDestination', { TableName }), {
    TableName,
    KinesisDataStreamDestinations: [],
  });
  assert.equal((await dynamo.call('DescribeContributorInsights', { TableName })).ContributorInsightsStatus, 'DISABLED');
  const ResourceArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/plain';
  await refused(dynamo.call('GetResourcePolicy', { ResourceArn }), 'PolicyNotFoundException');
  assert.deepEqual(await dynamo.call('DeleteResourcePolicy', { ResourceArn }), {});
  assert.equal((await dynamo.call('DescribeLimits')).TableMaxReadCapacityUnits, 40_000);
  assert.equal((await dynamo.call('DescribeEndpoints')).Endpoints[0].Address, '127.0.0.1:4566');
  for (const operation of ['DescribeContinuousBackups', 'DescribeKinesisStreamingDestination'])
    await refused(dynamo.call(operation, { TableName: 'missing' }), 'ResourceNotFoundException');
});

test('writing the default back is accepted, all else is refused by name', async () => {
  const update = (PointInTimeRecoveryEnabled: boolean) =>
    dynamo.call('UpdateContinuousBackups', { TableName, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled } });
  assert.deepEqual(await update(false), backups);
  assert.match((await refused(update(true), 'NotImplemented')).message, /PointInTimeRecoveryEnabled/);
  const StreamArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/s';
  await refused(dynamo.call('EnableKinesisStreamingDestination', { TableName, StreamArn }), 'NotImplemented');
  await refused(dynamo.call('DisableKinesisStreamingDestination', { TableName, StreamArn }), 'ValidationException');
});
