import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { Kinesis } from '@aws-sdk/client-kinesis';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { zipOf } from '../support/archives.ts';
import { type Clients, clients, createRole, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';

const CODE = `exports.handler = async (event) => {
  console.log('SEEN ' + JSON.stringify(event));
  return { statusCode: 200, body: 'seen' };
};`;

interface Balance {
  topics: { topic: string; balanced: boolean; notYetRouted: number; inFlight: number }[];
}

let platform: Platform;
let of: Clients;
let logs: CloudWatchLogs;
let role: string;
const at = <T>(Client: new (config: object) => T): T =>
  new Client({
    endpoint: platform.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

before(async () => {
  platform = await startPlatform();
  of = clients(platform.url);
  logs = at(CloudWatchLogs);
  role = await createRole(of, 'runner', ['service-role/AWSLambdaBasicExecutionRole', 'AdministratorAccess']);
});
after(() => platform.stop());

const control = async <T>(path: string, body?: unknown): Promise<T> => {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${platform.url}/_dalamb/api${path}`, {
    ...init,
    headers: { 'content-type': 'application/json' },
  });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer as T;
};

const link = (source: string, name: string, where?: object) =>
  control<{ made: string; url?: string }>('/event-sources', { source, function: name, where });

const watcher = async (name: string) => deploy(of, name, await zipOf({ 'index.js': CODE }), { Role: role, Timeout: 10 });

/** What a function saw, once there are so many. */
async function seen<T>(name: string, count = 1): Promise<T[]> {
  for (let i = 0; i < 300; i++) {
    const { events } = await logs
      .filterLogEvents({ logGroupName: `/aws/lambda/${name}`, filterPattern: '"SEEN"' })
      .catch(() => ({ events: [] }));
    if ((events?.length ?? 0) >= count)
      return events!.map(({ message }) => JSON.parse(message!.slice(message!.indexOf('{', message!.indexOf('SEEN')))) as T);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${name} saw nothing`);
}

test('an event on the bus runs what its pattern selects, once, and the trace shows it', async () => {
  await watcher('on-order');
  await link('order.*', 'on-order', { total: [{ numeric: ['>', 100] }] });
  for (const total of [5, 120]) {
    const event = { specversion: '1.0', id: `order-${total}`, source: 'shop', type: 'order.placed', data: { total } };
    for (let twice = 0; twice < 2; twice++) await control('/events', event);
  }
  const events = await seen<{ detail: { total: number }; id: string; 'detail-type': string }>('on-order');
  assert.deepEqual(
    events.map((event) => [event['detail-type'], event.detail.total]),
    [['order.placed', 120]],
  );
  const trace = await control<{ events: { deliveries: { target: string; state: string }[] }[] }>(
    `/events/trace/${events[0]!.id}`,
  );
  assert.match(trace.events[0]!.deliveries[0]!.target, /:function:on-order$/);
});

test('what a function ends in causes what follows, and the trace shows the whole chain', async () => {
  await watcher('first');
  await watcher('second');
  await of.lambda.putFunctionEventInvokeConfig({
    FunctionName: 'first',
    DestinationConfig: { OnSuccess: { Destination: 'arn:aws:events:us-east-1:000000000000:event-bus/default' } },
  });
  await link('Lambda Function Invocation Result - Success', 'second', {
    requestContext: { functionArn: [{ suffix: ':first:$LATEST' }] },
  });
  const { requestId } = await control<{ requestId: string }>('/functions/first/events', { payload: { n: 1 } });
  const [result] = await seen<{ detail: { requestContext: { requestId: string }; requestPayload: unknown } }>('second');
  assert.deepEqual([result!.detail.requestContext.requestId, result!.detail.requestPayload], [requestId, { n: 1 }]);
  interface Traced {
    target: string;
    caused: { topic: string; deliveries: Traced[] }[];
  }
  const { events } = await control<{ events: { deliveries: Traced[] }[] }>(`/events/trace/${requestId}`);
  const first = events[0]!.deliveries[0]!;
  assert.match(first.target, /:function:first/);
  assert.equal(first.caused[0]!.topic, 'events.bus');
  assert.match(first.caused[0]!.deliveries[0]!.target, /:function:second$/);
});

test('a rule carries events of PutEvents to a queue and a topic, which carries them to another queue', async () => {
  const [bus, sqs, sns] = [at(EventBridge), at(SQS), at(SNS)];
  const queue = async (QueueName: string) => {
    const { QueueUrl } = await sqs.createQueue({ QueueName });
    const arn = `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: arn }];
    await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) } });
    return { QueueUrl: QueueUrl!, arn };
  };
  const [direct, behind] = [await queue('direct'), await queue('behind')];
  const { TopicArn } = await sns.createTopic({ Name: 'fan-out' });
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish', Resource: TopicArn }],
  });
  await sns.setTopicAttributes({ TopicArn, AttributeName: 'Policy', AttributeValue: Policy });
  await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: behind.arn, Attributes: { RawMessageDelivery: 'true' } });
  await bus.putRule({ Name: 'all', EventPattern: JSON.stringify({ source: ['shop'] }) });
  const InputTransformer = { InputPathsMap: { n: '$.detail.n' }, InputTemplate: '"number <n>"' };
  const { FailedEntryCount } = await bus.putTargets({
    Rule: 'all',
    Targets: [
      { Id: 'q', Arn: direct.arn },
      { Id: 't', Arn: TopicArn!, InputTransformer },
    ],
  });
  assert.equal(FailedEntryCount, 0);
  await bus.putEvents({ Entries: [{ Source: 'shop', DetailType: 'sold', Detail: '{"n":7}' }] });
  const receive = async (QueueUrl: string) =>
    (await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 10 })).Messages?.[0]?.Body ?? '';
  assert.deepEqual(JSON.parse(await receive(direct.QueueUrl)).detail, { n: 7 });
  assert.equal(await receive(behind.QueueUrl), '"number 7"');
});

test('queues, streams, tables, topics and buckets run functions that are linked in one line', async () => {
  const [sqs, kinesis, dynamodb, sns] = [at(SQS), at(Kinesis), at(DynamoDB), at(SNS)];
  for (const name of ['on-queue', 'on-stream', 'on-table', 'on-topic', 'on-bucket']) await watcher(name);
  const { QueueUrl } = await sqs.createQueue({ QueueName: 'jobs' });
  await kinesis.createStream({ StreamName: 'clicks', ShardCount: 1 });
  await dynamodb.createTable({
    TableName: 'cart',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const { TopicArn } = await sns.createTopic({ Name: 'news' });
  await of.s3.createBucket({ Bucket: 'photos' });
  for (const source of ['sqs:jobs', 'kinesis:clicks', 'dynamodb:cart', 'sns:news', 's3:photos/in/*.jpg'])
    await link(
      source,
      `on-${{ sqs: 'queue', kinesis: 'stream', dynamodb: 'table', sns: 'topic', s3: 'bucket' }[source.split(':')[0]!]}`,
    );
  const enabled = async () =>
    (await of.lambda.listEventSourceMappings({})).EventSourceMappings!.every(({ State }) => State === 'Enabled');
  for (let i = 0; i < 100 && !(await enabled()); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  await sqs.sendMessage({ QueueUrl, MessageBody: 'job' });
  await kinesis.putRecord({ StreamName: 'clicks', PartitionKey: 'p', Data: Buffer.from('click') });
  await dynamodb.putItem({ TableName: 'cart', Item: { id: { S: 'c1' } } });
  await sns.publish({ TopicArn, Message: 'hello' });
  await of.s3.putObject({ Bucket: 'photos', Key: 'in/a.jpg', Body: 'x' });
  await of.s3.putObject({ Bucket: 'photos', Key: 'in/a.png', Body: 'x' });
  interface Records<R> {
    Records: R[];
  }
  assert.equal((await seen<Records<{ body: string }>>('on-queue'))[0]!.Records[0]!.body, 'job');
  const [click] = (await seen<Records<{ kinesis: { data: string } }>>('on-stream'))[0]!.Records;
  assert.equal(Buffer.from(click!.kinesis.data, 'base64').toString(), 'click');
  const [change] = (await seen<Records<{ eventName: string; dynamodb: { NewImage: unknown } }>>('on-table'))[0]!.Records;
  assert.deepEqual([change!.eventName, change!.dynamodb.NewImage], ['INSERT', { id: { S: 'c1' } }]);
  assert.equal((await seen<Records<{ Sns: { Message: string } }>>('on-topic'))[0]!.Records[0]!.Sns.Message, 'hello');
  const objects = await seen<Records<{ s3: { object: { key: string } } }>>('on-bucket');
  assert.deepEqual(
    objects.map(({ Records: [record] }) => record!.s3.object.key),
    ['in/a.jpg'],
  );
});

test('a route answers what its function says', async () => {
  await watcher('on-route');
  const { url } = await link('http:GET /hello/{name}', 'on-route');
  const id = new URL(url!).hostname.split('.')[0]!;
  const response = await fetch(`${platform.url}/_dalamb/execute-api/${id}/$default/hello/you`);
  assert.deepEqual([response.status, await response.text()], [200, 'seen']);
  const [event] = await seen<{ pathParameters: object }>('on-route');
  assert.deepEqual(event!.pathParameters, { name: 'you' });
});

test('in the end the accounts balance', async () => {
  for (let i = 0; ; i++) {
    const { topics } = await control<Balance>('/events/balance');
    assert.ok(
      topics.every(({ balanced }) => balanced),
      JSON.stringify(topics),
    );
    if (topics.every(({ notYetRouted, inFlight }) => notYetRouted === 0 && inFlight === 0)) return;
    assert.ok(i < 100, JSON.stringify(topics));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});
