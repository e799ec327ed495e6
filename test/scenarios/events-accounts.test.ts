import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, suite, test } from 'node:test';
import { ApiGatewayV2 } from '@aws-sdk/client-apigatewayv2';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreams } from '@aws-sdk/client-dynamodb-streams';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { Kinesis } from '@aws-sdk/client-kinesis';
import { Scheduler } from '@aws-sdk/client-scheduler';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { createRole, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { eventually, moduleZip, PROCESS_DRIVER, sdk } from '../support/sdk.ts';

/** Two accounts on a strict platform: the one tries everything that names what is the other's. */

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly token: string;
}

function connect(endpoint: string, { accessKeyId, secretAccessKey }: Key) {
  const credentials = { accessKeyId, secretAccessKey };
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  return {
    ...sdk(endpoint, credentials),
    api: new ApiGatewayV2(config),
    dynamodb: new DynamoDB(config),
    streams: new DynamoDBStreams(config),
    bus: new EventBridge(config),
    kinesis: new Kinesis(config),
    scheduler: new Scheduler(config),
    sns: new SNS(config),
    sqs: new SQS(config),
  };
}

const OWNER = '222222222222';
const THIEF = '333333333333';
const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${OWNER}:${resource}`;

/** Something on this machine, and what was asked of it. */
const hook = { paths: [] as string[], port: 0 };
const server = http.createServer((request, response) => {
  hook.paths.push(request.url!);
  response.end();
});
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hook.port = (server.address() as AddressInfo).port;
});
after(() => server.close());

async function subscribed(sns: SNS, { port }: typeof hook, where = '/'): Promise<void> {
  const { TopicArn } = await sns.createTopic({ Name: 'hooks' });
  await sns.subscribe({ TopicArn, Protocol: 'http', Endpoint: `http://127.0.0.1:${port}${where}` });
}

suite('what is another account’s', { timeout: 120_000 }, () => {
  let platform: Platform;
  let owner: ReturnType<typeof connect>;
  let thief: ReturnType<typeof connect>;
  let keys: Record<string, Key>;

  before(async () => {
    platform = await startPlatform({ config: `${PROCESS_DRIVER}[auth]\nmode = "strict"\n` });
    keys = { [OWNER]: await newKey(OWNER), [THIEF]: await newKey(THIEF) };
    owner = connect(platform.url, keys[OWNER]!);
    thief = connect(platform.url, keys[THIEF]!);
  });
  after(() => platform?.stop());

  async function newKey(account: string): Promise<Key> {
    const socketPath = path.join(platform.directory, 'control.sock');
    return new Promise((resolve, reject) => {
      const options = {
        socketPath,
        method: 'POST',
        path: `/_dalamb/api/keys?account=${account}`,
        headers: { host: 'localhost' },
      };
      const request = http.request(options, async (response) => resolve(JSON.parse(await text(response))));
      request.on('error', reject).end();
    });
  }

  async function statusOf(account: string, place: string, body?: unknown): Promise<number> {
    const response = await fetch(`${platform.url}/_dalamb/api${place}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${keys[account]!.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    return response.status;
  }

  let QueueUrl: string;
  let shardIterator: string;
  let changesIterator: string;
  let streamArn: string;
  let ApiId: string;
  let uuid: string;

  test('the owner makes one of everything', async () => {
    const { sqs, sns, dynamodb, kinesis, bus, s3, api, lambda } = owner;
    QueueUrl = (await sqs.createQueue({ QueueName: 'own' })).QueueUrl!;
    await sqs.createQueue({ QueueName: 'dead' });
    await sqs.sendMessage({ QueueUrl, MessageBody: 'secret' });
    await sns.createTopic({ Name: 'own' });
    const { TableDescription } = await dynamodb.createTable({
      TableName: 'own',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    });
    streamArn = TableDescription!.LatestStreamArn!;
    await dynamodb.createTable({
      TableName: 'quiet',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    await dynamodb.putItem({ TableName: 'own', Item: { id: { S: 'secret' } } });
    await kinesis.createStream({ StreamName: 'own', ShardCount: 1 });
    await eventually('an active stream', async () => {
      const { StreamDescriptionSummary: found } = await kinesis.describeStreamSummary({ StreamName: 'own' });
      return found?.StreamStatus === 'ACTIVE' ? found : undefined;
    });
    await kinesis.putRecord({ StreamName: 'own', PartitionKey: 'k', Data: Buffer.from('secret') });
    const ShardIteratorType = 'TRIM_HORIZON';
    const asked = { StreamName: 'own', ShardId: 'shardId-000000000000', ShardIteratorType } as const;
    shardIterator = (await kinesis.getShardIterator(asked)).ShardIterator!;
    const { StreamDescription } = await owner.streams.describeStream({ StreamArn: streamArn });
    const { ShardId } = StreamDescription!.Shards![0]!;
    changesIterator = (await owner.streams.getShardIterator({ StreamArn: streamArn, ShardId, ShardIteratorType })).ShardIterator!;
    await bus.createEventBus({ Name: 'own' });
    await s3.createBucket({ Bucket: 'of-the-owner' });
    ApiId = (await api.createApi({ Name: 'own', ProtocolType: 'HTTP' })).ApiId!;
    const Role = await createRole(owner, 'runner', ['AdministratorAccess']);
    await deploy(owner, 'own', await moduleZip('export const handler = async () => 1'), { Role });
    const mapped = await lambda.createEventSourceMapping({ FunctionName: 'own', EventSourceArn: arn('sqs', 'dead') });
    uuid = mapped.UUID!;
    const thiefs = await createRole(thief, 'thief', ['AdministratorAccess']);
    await deploy(thief, 'thief', await moduleZip('export const handler = async () => 1'), { Role: thiefs });
  });

  test('no operation of the other account reaches it', async () => {
    const { sqs, sns, dynamodb, streams, kinesis, bus, s3, api, lambda, logs, scheduler } = thief;
    const Rule = 'r';
    await bus.putRule({ Name: Rule, EventPattern: '{"source":["x"]}' });
    const RoleArn = `arn:aws:iam::${OWNER}:role/runner`;
    const fn = arn('lambda', 'function:own');
    const ownFn = `arn:aws:lambda:us-east-1:${THIEF}:function:thief`;
    const StreamArn = arn('kinesis', 'stream/own');
    const TableName = arn('dynamodb', 'table/own');
    const Trust = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    const Entry = { Id: 'a', MessageBody: 'x' };
    const attacks: Record<string, () => Promise<unknown>> = {
      'sqs send': () => sqs.sendMessage({ QueueUrl, MessageBody: 'x' }),
      'sqs batch': () => sqs.sendMessageBatch({ QueueUrl, Entries: [Entry] }),
      'sqs receive': () => sqs.receiveMessage({ QueueUrl }),
      'sqs attributes': () => sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] }),
      'sqs policy': () => sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy: Trust } }),
      'sqs purge': () => sqs.purgeQueue({ QueueUrl }),
      'sqs delete': () => sqs.deleteQueue({ QueueUrl }),
      'sqs move': () => sqs.startMessageMoveTask({ SourceArn: arn('sqs', 'own'), DestinationArn: arn('sqs', 'dead') }),
      'sqs url': () => sqs.getQueueUrl({ QueueName: 'own', QueueOwnerAWSAccountId: OWNER }),
      'sqs make': () =>
        sqs.createQueue({
          QueueName: 'x',
          Attributes: { RedrivePolicy: `{"deadLetterTargetArn":"${arn('sqs', 'dead')}","maxReceiveCount":1}` },
        }),
      'sns publish': () => sns.publish({ TopicArn: arn('sns', 'own'), Message: 'x' }),
      'sns subscribe': () => sns.subscribe({ TopicArn: arn('sns', 'own'), Protocol: 'lambda', Endpoint: ownFn }),
      'sns attributes': () => sns.getTopicAttributes({ TopicArn: arn('sns', 'own') }),
      'sns policy': () => sns.setTopicAttributes({ TopicArn: arn('sns', 'own'), AttributeName: 'Policy', AttributeValue: Trust }),
      'sns delete': () => sns.deleteTopic({ TopicArn: arn('sns', 'own') }),
      'ddb get': () => dynamodb.getItem({ TableName, Key: { id: { S: 'secret' } } }),
      'ddb put': () => dynamodb.putItem({ TableName, Item: { id: { S: 'x' } } }),
      'ddb scan': () => dynamodb.scan({ TableName }),
      'ddb batch': () => dynamodb.batchGetItem({ RequestItems: { [TableName]: { Keys: [{ id: { S: 'secret' } }] } } }),
      'ddb transaction': () =>
        dynamodb.transactGetItems({ TransactItems: [{ Get: { TableName, Key: { id: { S: 'secret' } } } }] }),
      'ddb statement': () => dynamodb.executeStatement({ Statement: `SELECT * FROM "${TableName}"` }),
      'ddb update': () => dynamodb.updateTable({ TableName, DeletionProtectionEnabled: true }),
      'ddb describe': () => dynamodb.describeTable({ TableName }),
      'ddb delete': () => dynamodb.deleteTable({ TableName }),
      'ddb stream': () => streams.describeStream({ StreamArn: streamArn }),
      'ddb iterator': () =>
        streams.getShardIterator({
          StreamArn: streamArn,
          ShardId: 'shardId-00000000000000000000-00000000',
          ShardIteratorType: 'TRIM_HORIZON',
        }),
      'ddb records': () => streams.getRecords({ ShardIterator: changesIterator }),
      'kinesis put': () => kinesis.putRecord({ StreamARN: StreamArn, PartitionKey: 'k', Data: Buffer.from('x') }),
      'kinesis iterator': () =>
        kinesis.getShardIterator({ StreamARN: StreamArn, ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' }),
      'kinesis records': () => kinesis.getRecords({ ShardIterator: shardIterator }),
      'kinesis consumer': () => kinesis.registerStreamConsumer({ StreamARN: StreamArn, ConsumerName: 'x' }),
      'kinesis delete': () => kinesis.deleteStream({ StreamARN: StreamArn }),
      'bus put': () =>
        bus.putEvents({
          Entries: [{ EventBusName: arn('events', 'event-bus/own'), Source: 'x', DetailType: 'x', Detail: '{}' }],
        }),
      'bus rule': () =>
        bus.putRule({ Name: 'x', EventBusName: arn('events', 'event-bus/own'), EventPattern: '{"source":["x"]}' }),
      'bus rules': () => bus.listRules({ EventBusName: arn('events', 'event-bus/own') }),
      'bus describe': () => bus.describeEventBus({ Name: arn('events', 'event-bus/own') }),
      'bus role': () => bus.putTargets({ Rule, Targets: [{ Id: 'x', Arn: arn('events', 'event-bus/own'), RoleArn }] }),
      'bus archive': () => bus.createArchive({ ArchiveName: 'x', EventSourceArn: arn('events', 'event-bus/own') }),
      'scheduler role': () =>
        scheduler.createSchedule({
          Name: 'x',
          ScheduleExpression: 'rate(1 minute)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: fn, RoleArn },
        }),
      'lambda mapping': () => lambda.createEventSourceMapping({ FunctionName: 'thief', EventSourceArn: arn('sqs', 'own') }),
      'lambda mapping of a stream': () =>
        lambda.createEventSourceMapping({ FunctionName: 'thief', EventSourceArn: StreamArn, StartingPosition: 'TRIM_HORIZON' }),
      'lambda mapping of a table': () =>
        lambda.createEventSourceMapping({ FunctionName: 'thief', EventSourceArn: streamArn, StartingPosition: 'TRIM_HORIZON' }),
      'lambda own mapping': () => lambda.createEventSourceMapping({ FunctionName: fn, EventSourceArn: arn('sqs', 'own') }),
      'lambda mapping read': () => lambda.getEventSourceMapping({ UUID: uuid }),
      'lambda mapping delete': () => lambda.deleteEventSourceMapping({ UUID: uuid }),
      'lambda destination': () =>
        lambda.putFunctionEventInvokeConfig({
          FunctionName: 'thief',
          DestinationConfig: { OnSuccess: { Destination: arn('sqs', 'own') } },
        }),
      'lambda invoke': () => lambda.invoke({ FunctionName: fn }),
      'lambda role': async () =>
        lambda.createFunction({
          FunctionName: 'x',
          Role: RoleArn,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Code: { ZipFile: await moduleZip('') },
        }),
      'logs filter': () => logs.filterLogEvents({ logGroupIdentifier: arn('logs', 'log-group:/aws/lambda/own') }),
      'logs subscribe': () =>
        logs.putSubscriptionFilter({
          logGroupName: arn('logs', 'log-group:/aws/lambda/own'),
          filterName: 'x',
          filterPattern: '',
          destinationArn: ownFn,
        }),
      'api read': () => api.getApi({ ApiId }),
      'api delete': () => api.deleteApi({ ApiId }),
      's3 list': () => s3.listObjectsV2({ Bucket: 'of-the-owner' }),
      's3 notification': () =>
        s3.putBucketNotificationConfiguration({
          Bucket: 'of-the-owner',
          NotificationConfiguration: {
            LambdaFunctionConfigurations: [{ LambdaFunctionArn: ownFn, Events: ['s3:ObjectCreated:*'] }],
          },
        }),
    };
    for (const [name, attack] of Object.entries(attacks)) {
      const error = await attack().then(
        () => undefined,
        (refusal) => refusal,
      );
      assert.ok(error, `${name} went through`);
      assert.ok(error.$metadata.httpStatusCode < 500, `${name}: ${error}`);
    }
    const { Attributes } = await owner.sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });
    assert.equal(Attributes!.ApproximateNumberOfMessages, '1');
  });

  test('nor does the control API with a token', async () => {
    const fn = encodeURIComponent(arn('lambda', 'function:own'));
    const refusals: [number, string, unknown?][] = [
      [403, '/event-sources', { source: `dynamodb:${arn('dynamodb', 'table/quiet')}`, function: 'thief' }],
      [400, '/event-sources', { source: arn('sqs', 'own'), function: 'thief' }],
      [404, '/event-sources', { source: arn('sns', 'own'), function: 'thief' }],
      [403, '/event-sources', { source: 's3:of-the-owner', function: 'thief' }],
      [403, '/event-sources', { source: 'order.*', function: arn('lambda', 'function:own') }],
      [403, `/functions/${fn}/events`, { payload: 1 }],
      [404, `/functions/${fn}/invoke`, { payload: 1 }],
      [404, `/functions/${OWNER}:own/invoke`, { payload: 1 }],
      [404, `/functions/${fn}/egress`],
      [404, `/mappings/${uuid}`],
      [404, `/mappings/${uuid}/skip`, {}],
      [404, `/logs?group=${encodeURIComponent(arn('logs', 'log-group:/aws/lambda/own'))}`],
      [403, `/events?account=${OWNER}`],
      [403, `/keys?account=${OWNER}`],
      [403, '/events/balance'],
      [400, '/events/replays', { topic: 'events.bus', target: arn('lambda', 'function:own') }],
      [400, `/events?bus=${encodeURIComponent(arn('events', 'event-bus/own'))}`, { source: 'x', type: 'x', data: {} }],
    ];
    for (const [status, place, body] of refusals) assert.equal(await statusOf(THIEF, place, body), status, place);
    const { Table } = await owner.dynamodb.describeTable({ TableName: 'quiet' });
    assert.equal(Table!.StreamSpecification, undefined, 'nothing was done on the way');
    assert.equal(await statusOf(OWNER, `/functions/${fn}/invoke`, { payload: 1 }), 200);
  });

  test('nor do notifications, what is closed to functions', async () => {
    await subscribed(owner.sns, hook);
    const state = `${platform.url}/_dalamb/api/events/deliveries?state=failed`;
    const headers = { authorization: `Bearer ${keys[OWNER]!.token}` };
    const failed = await eventually('a refusal', async () => {
      const { deliveries } = (await (await fetch(state, { headers })).json()) as { deliveries: { error: string }[] };
      return deliveries[0];
    });
    assert.equal(failed.error, '127.0.0.1 may not be reached');
    assert.deepEqual(hook.paths, []);
  });
});

suite('on a machine of one’s own', { timeout: 60_000 }, () => {
  let platform: Platform;
  before(async () => {
    platform = await startPlatform({ config: PROCESS_DRIVER });
  });
  after(() => platform?.stop());

  test('people subscribe what runs on it, functions do not', async () => {
    const key = { accessKeyId: 'test', secretAccessKey: 'test', token: '' };
    const { iam, sts, sns } = connect(platform.url, key);
    const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    const { Role } = await iam.createRole({ RoleName: 'fn', AssumeRolePolicyDocument });
    await iam.attachRolePolicy({ RoleName: 'fn', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
    const { Credentials } = await sts.assumeRole({ RoleArn: Role!.Arn!, RoleSessionName: 'fn' });
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials!;
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    await subscribed(new SNS({ endpoint: platform.url, region: 'us-east-1', credentials }), hook, '/function');
    await subscribed(sns, hook, '/person');
    await eventually('the question', async () => hook.paths.length > 0 || undefined);
    assert.deepEqual(hook.paths, ['/person']);
  });
});
