import { waitUntilTableExists, waitUntilTableNotExists } from '@aws-sdk/client-dynamodb';
import { dynamodb, ifThere, lambda, patience, unless } from './clients.mjs';

/** A table with a partition key and perhaps a sort key, both texts, and a stream of its changes. Resolves to both ARNs. */
export async function deployTable(TableName, keys) {
  const create = dynamodb.createTable({
    TableName,
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  await unless(['ResourceInUseException'], create);
  await waitUntilTableExists({ client: dynamodb, ...patience }, { TableName });
  const { Table } = await dynamodb.describeTable({ TableName });
  return { table: Table.TableArn, stream: Table.LatestStreamArn };
}

export async function removeTable(TableName) {
  await ifThere(dynamodb.deleteTable({ TableName }));
  await waitUntilTableNotExists({ client: dynamodb, ...patience }, { TableName });
}

/** What a function's role needs to be run by a stream. */
export const readsStream = (stream) => ({
  Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
  Resource: stream,
});

/** Runs a function on every change that is like the filter, from the first change on; it is under way when this resolves. */
export async function deployMapping(EventSourceArn, FunctionName, { filter, ...settings }) {
  const mapping = { FunctionName, FilterCriteria: { Filters: [{ Pattern: JSON.stringify(filter) }] }, ...settings };
  const { EventSourceMappings } = await lambda.listEventSourceMappings({ FunctionName, EventSourceArn });
  const UUID = EventSourceMappings[0]?.UUID;
  const start = { EventSourceArn, StartingPosition: 'TRIM_HORIZON' };
  const made = UUID
    ? await lambda.updateEventSourceMapping({ UUID, ...mapping })
    : await lambda.createEventSourceMapping({ ...start, ...mapping });
  for (let state = made.State; state !== 'Enabled'; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    state = (await lambda.getEventSourceMapping({ UUID: made.UUID })).State;
  }
}
