import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { Kinesis } from '@aws-sdk/client-kinesis';
import { SQS } from '@aws-sdk/client-sqs';
import { awsCli } from '../support/aws-cli.ts';
import { noAwsCli } from '../support/aws-shell.ts';
import { clients, createRole, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { moduleZip, PROCESS_DRIVER, refused, sdk, eventually as within } from '../support/sdk.ts';

/** Says what it got; fails for records that ask for it, while their message is young. */
const CODE = `
const dataOf = (r) => r.body ?? (r.kinesis ? Buffer.from(r.kinesis.data, 'base64').toString() : r.dynamodb.Keys.id.S);
export const handler = async (event) => {
  const values = event.Records.map(dataOf);
  console.log('GOT ' + JSON.stringify({ values, first: event.Records[0] }));
  if (values.some((value) => value.startsWith('throw'))) throw new Error('asked for');
  const failed = event.Records.filter((r) => r.body?.startsWith('back') && r.attributes.ApproximateReceiveCount === '1');
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;

/** Machines may be busy. */
const eventually = <T>(what: string, attempt: () => Promise<T | undefined>) => within(what, attempt, 60_000);

let platform: Platform;
let on: ReturnType<typeof sdk>;
let sqs: SQS;
let kinesis: Kinesis;
let dynamodb: DynamoDB;

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  on = sdk(platform.url);
  const config = { endpoint: platform.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  [sqs, kinesis, dynamodb] = [new SQS(config), new Kinesis(config), new DynamoDB(config)];
  const of = clients(platform.url);
  const policies = ['SQSQueue', 'Kinesis', 'DynamoDB'].map((source) => `service-role/AWSLambda${source}ExecutionRole`);
  const Role = await createRole(of, 'polls', [...policies, 'AmazonSQSFullAccess', 'AmazonS3FullAccess']);
  for (const name of ['q', 'k', 'd']) await deploy(of, name, await moduleZip(CODE), { Role });
});
after(() => platform?.stop());

/** What a function said that it got. */
async function got(name: string): Promise<{ values: string[]; first: Record<string, unknown> }[]> {
  const { events = [] } = await on.logs
    .filterLogEvents({ logGroupName: `/aws/lambda/${name}`, filterPattern: 'GOT' })
    .catch(() => ({ events: [] }));
  return events.map(({ message }) => JSON.parse(message!.slice(message!.indexOf('{'))));
}

async function settled(UUID: string, state: string) {
  return eventually(state, async () => {
    const found = await on.lambda.getEventSourceMapping({ UUID });
    return found.State === state ? found : undefined;
  });
}

test('a queue: batches, partial failures, changes, deletion', async () => {
  const { QueueUrl } = await sqs.createQueue({ QueueName: 'work', Attributes: { VisibilityTimeout: '3' } });
  const EventSourceArn = 'arn:aws:sqs:us-east-1:000000000000:work';
  const made = await on.lambda.createEventSourceMapping({
    FunctionName: 'q',
    EventSourceArn,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ body: [{ 'anything-but': ['drop'] }] }) }] },
  });
  assert.equal(made.State, 'Creating');
  assert.ok(made.LastModified instanceof Date);
  const UUID = made.UUID!;
  await settled(UUID, 'Enabled');
  await sqs.sendMessageBatch({
    QueueUrl,
    Entries: ['a', 'drop', 'back'].map((MessageBody, i) => ({ Id: `${i}`, MessageBody })),
  });
  await eventually('all, and one of them twice', async () => {
    const values = (await got('q')).flatMap((one) => one.values);
    return values.filter((value) => value === 'back').length === 2 && values.includes('a') ? values : undefined;
  });
  assert.ok(!(await got('q')).some(({ values }) => values.includes('drop')));
  await eventually('an empty queue', async () => {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: [...AttributeNames] });
    return AttributeNames.every((name) => Attributes?.[name] === '0') ? true : undefined;
  });
  const disabling = await on.lambda.updateEventSourceMapping({ UUID, Enabled: false, BatchSize: 5 });
  assert.deepEqual([disabling.State, disabling.BatchSize], ['Disabling', 5]);
  await settled(UUID, 'Disabled');
  assert.equal((await on.lambda.deleteEventSourceMapping({ UUID })).State, 'Deleting');
  await eventually('gone', () =>
    on.lambda.getEventSourceMapping({ UUID }).then(
      () => undefined,
      () => true,
    ),
  );
  await refused(
    on.lambda.getEventSourceMapping({ UUID }),
    'ResourceNotFoundException',
    'The resource you requested does not exist.',
    404,
  );
});

test('a stream: order, retries, the destination of what is given up', async () => {
  await kinesis.createStream({ StreamName: 'clicks', ShardCount: 1 });
  const { QueueUrl } = await sqs.createQueue({ QueueName: 'dead' });
  const EventSourceArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/clicks';
  await eventually('an active stream', async () => {
    const { StreamDescriptionSummary: found } = await kinesis.describeStreamSummary({ StreamName: 'clicks' });
    return found?.StreamStatus === 'ACTIVE' ? found : undefined;
  });
  const { UUID } = await on.lambda.createEventSourceMapping({
    FunctionName: 'k',
    EventSourceArn,
    StartingPosition: 'LATEST',
    MaximumRetryAttempts: 1,
    BisectBatchOnFunctionError: true,
    DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:dead' } },
  });
  await settled(UUID!, 'Enabled');
  const Records = ['1', '2', 'throw', '3'].map((text) => ({ Data: Buffer.from(text), PartitionKey: 'p' }));
  await kinesis.putRecords({ StreamName: 'clicks', Records });
  const dead = await eventually('the dead letter', async () => {
    const { Messages } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 2 });
    return Messages?.[0];
  });
  const body = JSON.parse(dead.Body!);
  assert.equal(body.requestContext.condition, 'RetryAttemptsExhausted');
  assert.equal(body.KinesisBatchInfo.batchSize, 1);
  await eventually('the last', async () => ((await got('k')).at(-1)?.values.includes('3') ? true : undefined));
  const [first] = await got('k');
  assert.deepEqual(first!.values, ['1', '2', 'throw', '3']);
  assert.equal(first!.first.eventName, 'aws:kinesis:record');
  assert.equal(first!.first.invokeIdentityArn, 'arn:aws:iam::000000000000:role/polls');
  assert.equal(first!.first.eventSourceARN, EventSourceArn);
  const { LastProcessingResult } = await on.lambda.getEventSourceMapping({ UUID });
  assert.equal(LastProcessingResult, 'OK');
});

test('a bucket keeps the records of what is given up', async () => {
  await on.s3.createBucket({ Bucket: 'given-up' });
  await kinesis.createStream({ StreamName: 'views', ShardCount: 1 });
  await eventually('an active stream', async () => {
    const { StreamDescriptionSummary: found } = await kinesis.describeStreamSummary({ StreamName: 'views' });
    return found?.StreamStatus === 'ACTIVE' ? found : undefined;
  });
  const { UUID } = await on.lambda.createEventSourceMapping({
    FunctionName: 'k',
    EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/views',
    StartingPosition: 'TRIM_HORIZON',
    MaximumRetryAttempts: 0,
    DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::given-up' } },
  });
  await kinesis.putRecord({ StreamName: 'views', Data: Buffer.from('throw away'), PartitionKey: 'p' });
  const Key = await eventually('an object', async () => {
    const { Contents } = await on.s3.listObjectsV2({ Bucket: 'given-up', Prefix: `aws/lambda/${UUID}/shardId-000000000000/` });
    return Contents?.[0]?.Key;
  });
  const { Body } = await on.s3.getObject({ Bucket: 'given-up', Key });
  const { payload, requestContext } = JSON.parse(await Body!.transformToString());
  assert.equal(Buffer.from(payload.Records[0].kinesis.data, 'base64').toString(), 'throw away');
  assert.equal(requestContext.condition, 'RetryAttemptsExhausted');
});

test('the changes of a table', async () => {
  const { TableDescription } = await dynamodb.createTable({
    TableName: 'carts',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  const EventSourceArn = TableDescription!.LatestStreamArn!;
  const { UUID } = await on.lambda.createEventSourceMapping({
    FunctionName: 'd',
    EventSourceArn,
    StartingPosition: 'TRIM_HORIZON',
  });
  await settled(UUID!, 'Enabled');
  await eventually('an active table', async () => {
    const { Table } = await dynamodb.describeTable({ TableName: 'carts' });
    return Table?.TableStatus === 'ACTIVE' ? Table : undefined;
  });
  for (const id of ['x', 'y', 'z']) await dynamodb.putItem({ TableName: 'carts', Item: { id: { S: id }, n: { N: '1' } } });
  const seen = await eventually('three changes', async () => {
    const events = await got('d');
    return events.flatMap(({ values }) => values).length === 3 ? events : undefined;
  });
  assert.deepEqual(
    seen.flatMap(({ values }) => values),
    ['x', 'y', 'z'],
  );
  const { first } = seen[0] as unknown as { first: { eventName: string; dynamodb: { NewImage: object } } };
  assert.equal(first.eventName, 'INSERT');
  assert.deepEqual(first.dynamodb.NewImage, { id: { S: 'x' }, n: { N: '1' } });
});

test('refuses in the form that SDKs know', async () => {
  const create = (input: object) => on.lambda.createEventSourceMapping({ FunctionName: 'q', ...input });
  const queue = 'arn:aws:sqs:us-east-1:000000000000:nowhere';
  await refused(create({}), 'InvalidParameterValueException', 'Unrecognized event source.', 400);
  await refused(
    create({ EventSourceArn: queue }),
    'InvalidParameterValueException',
    /AWS\.SimpleQueueService\.NonExistentQueue/,
    400,
  );
  await refused(create({ EventSourceArn: queue, BatchSize: 0 }), 'ValidationException', /'batchSize' failed to satisfy/, 400);
  await refused(create({ EventSourceArn: queue, StartingPosition: 'NOW' }), 'ValidationException', /enum value set/, 400);
  const kafka = 'arn:aws:kafka:us-east-1:000000000000:cluster/c/u';
  await refused(create({ EventSourceArn: kafka, Topics: ['orders'] }), 'NotImplemented', /Amazon MSK/, 501);
});

test('the command line', { skip: noAwsCli }, async () => {
  const aws = awsCli(platform.url) as (...args: string[]) => Promise<never>;
  await sqs.createQueue({ QueueName: 'cli' });
  const arn = 'arn:aws:sqs:us-east-1:000000000000:cli';
  const { UUID } = await aws(
    'lambda',
    'create-event-source-mapping',
    '--function-name',
    'q',
    '--event-source-arn',
    arn,
    '--no-enabled',
  );
  const { EventSourceMappings } = await aws('lambda', 'list-event-source-mappings', '--event-source-arn', arn);
  assert.deepEqual(
    (EventSourceMappings as { UUID: string; State: string }[]).map((one) => [one.UUID, one.State]),
    [[UUID, 'Disabled']],
  );
  await eventually('settled', async () => {
    const { State } = await aws('lambda', 'update-event-source-mapping', '--uuid', UUID, '--batch-size', '3', '--enabled');
    return State === 'Enabling' ? true : undefined;
  });
});
