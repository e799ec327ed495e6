import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { Kinesis } from '@aws-sdk/client-kinesis';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { zipOf } from '../support/archives.ts';
import { clients, createRole, deploy } from '../support/deploy.ts';
import { type Platform, removeDirectory, root, startPlatform, temporaryDirectory } from '../support/platform.ts';

const SOAK = process.env.SOAK !== undefined;
const KILLS = SOAK ? 200 : 10;
const EVENTS = SOAK ? 100_000 : 5000;
const KEYS = 4;
const ACCOUNT = '000000000000';
const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${name}`;

/** What was sent: n counts for each source and key, from 1, in order. */
interface Sent {
  readonly source: string;
  readonly key: string;
  readonly n: number;
}
const nameOf = ({ source, key, n }: Sent) => `${source}/${key}/${n}`;

function apis(platform: Platform) {
  const config = {
    endpoint: platform.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  return {
    of: clients(platform.url),
    sqs: new SQS(config),
    sns: new SNS(config),
    kinesis: new Kinesis(config),
    dynamodb: new DynamoDB(config),
    bus: new EventBridge(config),
    queueUrl: (name: string) => `${platform.url}/${ACCOUNT}/${name}`,
  };
}
type Apis = ReturnType<typeof apis>;

/** Two queues, a stream and a table feed a function that sends on to the sink; a topic and a rule feed queues of their own. */
async function prepare({ of, sqs, sns, kinesis, dynamodb, bus, queueUrl }: Apis): Promise<void> {
  const hidden = { VisibilityTimeout: '6' };
  const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
  await sqs.createQueue({ QueueName: 'jobs', Attributes: hidden });
  await sqs.createQueue({ QueueName: 'orders.fifo', Attributes: { ...hidden, ...fifo } });
  await sqs.createQueue({ QueueName: 'sink.fifo', Attributes: { FifoQueue: 'true', DeduplicationScope: 'messageGroup' } });
  for (const name of ['news', 'rules']) {
    await sqs.createQueue({ QueueName: name });
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: arn('sqs', name) }];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await sqs.setQueueAttributes({ QueueUrl: queueUrl(name), Attributes: { Policy } });
  }
  await kinesis.createStream({ StreamName: 'clicks', ShardCount: 2 });
  const { TableDescription } = await dynamodb.createTable({
    TableName: 'items',
    KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  const { TopicArn } = await sns.createTopic({ Name: 'news' });
  const Attributes = { RawMessageDelivery: 'true' };
  await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: arn('sqs', 'news'), Attributes });
  await bus.putRule({ Name: 'all', EventPattern: '{"source":["crash"]}' });
  await bus.putTargets({ Rule: 'all', Targets: [{ Id: 'q', Arn: arn('sqs', 'rules'), InputPath: '$.detail' }] });
  const Role = await createRole(of, 'relay', ['AdministratorAccess']);
  const zip = await zipOf({ 'index.mjs': fs.readFileSync(path.join(root, 'test/support/functions/relay.mjs')) });
  await deploy(of, 'relay', zip, { Role, Timeout: 5, MemorySize: 512, Environment: { Variables: { SINK: 'sink.fifo' } } });
  const sources = [
    { EventSourceArn: arn('sqs', 'jobs') },
    { EventSourceArn: arn('sqs', 'orders.fifo') },
    { EventSourceArn: arn('kinesis', 'stream/clicks'), StartingPosition: 'TRIM_HORIZON' as const },
    { EventSourceArn: TableDescription!.LatestStreamArn!, StartingPosition: 'TRIM_HORIZON' as const },
  ];
  for (const source of sources) await of.lambda.createEventSourceMapping({ ...source, FunctionName: 'relay' });
}

type Send = (apis: Apis, sent: Sent) => Promise<unknown>;

const senders: Readonly<Record<string, Send>> = {
  jobs: ({ sqs, queueUrl }, sent) => sqs.sendMessage({ QueueUrl: queueUrl('jobs'), MessageBody: JSON.stringify(sent) }),
  orders: ({ sqs, queueUrl }, sent) =>
    sqs.sendMessage({ QueueUrl: queueUrl('orders.fifo'), MessageBody: JSON.stringify(sent), MessageGroupId: sent.key }),
  clicks: ({ kinesis }, sent) =>
    kinesis.putRecord({ StreamName: 'clicks', PartitionKey: sent.key, Data: Buffer.from(JSON.stringify(sent)) }),
  dynamodb: ({ dynamodb }, { key, n }) => dynamodb.putItem({ TableName: 'items', Item: { k: { S: key }, n: { N: String(n) } } }),
  news: ({ sns }, sent) => sns.publish({ TopicArn: arn('sns', 'news'), Message: JSON.stringify(sent) }),
  rules: async ({ bus }, sent) => {
    const Entries = [{ Source: 'crash', DetailType: 'sent', Detail: JSON.stringify(sent) }];
    const { FailedEntryCount } = await bus.putEvents({ Entries });
    if (FailedEntryCount) throw new TypeError('not accepted');
  },
};

/** Sends on all lanes until so many more are acknowledged or the platform is gone. n goes on whether or not an answer came. */
async function flow(of: Apis, counters: Map<string, number>, acknowledged: Set<string>, until: number): Promise<void> {
  const lanes = Object.keys(senders).flatMap((source) => Array.from({ length: KEYS }, (_, key) => ({ source, key: `k${key}` })));
  await Promise.all(
    lanes.map(async ({ source, key }) => {
      while (acknowledged.size < until) {
        const lane = `${source}/${key}`;
        const sent = { source, key, n: (counters.get(lane) ?? 0) + 1 };
        counters.set(lane, sent.n);
        try {
          await senders[source]!(of, sent);
        } catch {
          return;
        }
        acknowledged.add(nameOf(sent));
      }
    }),
  );
}

async function startAgain(directory: string): Promise<Platform> {
  for (let i = 0; ; i++) {
    try {
      return await startPlatform({ directory });
    } catch (error) {
      if (i === 20 || !/StoreLocked|another process/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** Takes everything out of a queue, in order. */
async function drain({ sqs, queueUrl }: Apis, name: string, taken: Sent[]): Promise<number> {
  let count = 0;
  const QueueUrl = queueUrl(name);
  for (;;) {
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 });
    if (Messages.length === 0) return count;
    for (const { Body } of Messages) taken.push(JSON.parse(Body!) as Sent);
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle: ReceiptHandle! }));
    await sqs.deleteMessageBatch({ QueueUrl, Entries });
    count += Messages.length;
  }
}

interface Topic {
  topic: string;
  notYetRouted: number;
  inFlight: number;
  failed: number;
  dropped: number;
  balanced: boolean;
}

async function books(platform: Platform): Promise<Topic[]> {
  const { topics } = (await (await fetch(`${platform.url}/_dalamb/api/events/balance`)).json()) as { topics: Topic[] };
  for (const topic of topics) assert.ok(topic.balanced, JSON.stringify(topic));
  return topics;
}

test(`${KILLS} times SIGKILL while all sources flow: nothing acknowledged is lost, order holds, the books balance`, async (t) => {
  const directory = temporaryDirectory();
  const acknowledged = new Set<string>();
  const counters = new Map<string, number>();
  const taken: Sent[] = [];
  let platform = await startPlatform({ directory });
  try {
    await prepare(apis(platform));
    for (let kill = 1; kill <= KILLS; kill++) {
      const until = Math.floor((EVENTS / KILLS) * kill);
      const running = platform;
      const doomed = setInterval(() => {
        if (acknowledged.size < until - Math.random() * 20) return;
        clearInterval(doomed);
        void running.kill();
      }, 1);
      await flow(apis(platform), counters, acknowledged, until);
      clearInterval(doomed);
      await platform.kill();
      platform = await startAgain(directory);
    }
    await settle(platform, acknowledged, taken);
    check(acknowledged, taken);
    t.diagnostic(`${acknowledged.size} acknowledged, ${taken.length} came`);
    const { items, stream } = await table(apis(platform));
    assert.deepEqual(items, stream, 'the table and its stream agree');
    assert.equal(await platform.stop(), 0);
  } finally {
    await platform.kill();
    removeDirectory(directory);
  }
});

/** Until everything acknowledged came out at the other end, and nothing is on its way any more. */
async function settle(platform: Platform, acknowledged: ReadonlySet<string>, taken: Sent[]): Promise<void> {
  const of = apis(platform);
  const seen = new Set<string>();
  for (const end = Date.now() + (SOAK ? 900_000 : 120_000); ; ) {
    const before = taken.length;
    for (const name of ['sink.fifo', 'news', 'rules']) await drain(of, name, taken);
    for (const one of taken.slice(before)) seen.add(nameOf(one));
    const topics = await books(platform);
    const quiet = topics.every(({ notYetRouted, inFlight }) => notYetRouted === 0 && inFlight === 0);
    const missing = [...acknowledged].filter((name) => !seen.has(name));
    if (quiet && missing.length === 0 && taken.length === before && (await empty(of))) return;
    const state = `${missing.length} missing (${missing.slice(0, 5)}), ${JSON.stringify(topics)}`;
    assert.ok(Date.now() < end, `${state}\n${platform.log().slice(-3000)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function empty({ sqs, queueUrl }: Apis): Promise<boolean> {
  for (const name of ['jobs', 'orders.fifo', 'sink.fifo', 'news', 'rules']) {
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: queueUrl(name), AttributeNames: ['All'] });
    const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } = Attributes!;
    if (visible !== '0' || hidden !== '0') return false;
  }
  return true;
}

/** Everything acknowledged is there; where a source keeps an order, each is first seen in that order; what is put is put once. */
function check(acknowledged: ReadonlySet<string>, taken: readonly Sent[]): void {
  const first = new Map<string, number[]>();
  const seen = new Set<string>();
  for (const one of taken) {
    const name = nameOf(one);
    if (one.source === 'news' || one.source === 'rules') assert.ok(!seen.has(name), `${name} was put twice`);
    if (seen.has(name)) continue;
    seen.add(name);
    const lane = `${one.source}/${one.key}`;
    first.set(lane, [...(first.get(lane) ?? []), one.n]);
  }
  for (const name of acknowledged) assert.ok(seen.has(name), `${name} was acknowledged and never came`);
  for (const [lane, ns] of first) {
    if (!/^(orders|clicks|dynamodb|news|rules)\//.test(lane)) continue;
    if (lane.startsWith('news') || lane.startsWith('rules')) continue;
    assert.deepEqual(
      ns,
      [...ns].sort((a, b) => a - b),
      `${lane} is in order`,
    );
  }
}

/** The items as they are, and as the stream's last record of each says. */
async function table({ dynamodb }: Apis): Promise<{ items: object; stream: object }> {
  const { Items = [] } = await dynamodb.scan({ TableName: 'items' });
  const items = Object.fromEntries(Items.map(({ k, n }) => [k!.S!, n!.N!]));
  const { DynamoDBStreams } = await import('@aws-sdk/client-dynamodb-streams');
  const streams = new DynamoDBStreams({
    endpoint: (await dynamodb.config.endpoint!()) as never,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const { Table } = await dynamodb.describeTable({ TableName: 'items' });
  const StreamArn = Table!.LatestStreamArn!;
  const { StreamDescription } = await streams.describeStream({ StreamArn });
  const stream: Record<string, string> = {};
  for (const { ShardId } of StreamDescription!.Shards!) {
    const at = await streams.getShardIterator({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
    for (let iterator = at.ShardIterator; iterator; ) {
      const page = await streams.getRecords({ ShardIterator: iterator });
      for (const { dynamodb: change } of page.Records ?? []) stream[change!.Keys!.k!.S!] = change!.NewImage!.n!.N!;
      iterator = page.Records?.length ? page.NextShardIterator : undefined;
    }
  }
  return { items, stream };
}
