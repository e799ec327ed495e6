import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { Kinesis } from '@aws-sdk/client-kinesis';
import { SQS } from '@aws-sdk/client-sqs';
import { clients, createRole, deploy } from '../support/deploy.ts';
import { type Platform, Refused, removeDirectory, startPlatform, temporaryDirectory } from '../support/platform.ts';
import { eventually, moduleZip, PROCESS_DRIVER } from '../support/sdk.ts';

const KILLS = 2;
/** Each source, its key for order, and what its function sees. */
const SOURCES = ['queue', 'fifo', 'stream', 'table'] as const;
type Source = (typeof SOURCES)[number];

/** Writes down what it gets before it answers. */
const CODE = `
import fs from 'node:fs';
const valueOf = (r) => r.body ?? (r.kinesis ? Buffer.from(r.kinesis.data, 'base64').toString() : r.dynamodb.NewImage.value.S);
export const handler = async (event, context) => {
  const lines = event.Records.map((r) => context.functionName + ' ' + valueOf(r) + '\\n');
  fs.appendFileSync(process.env.OUT, lines.join(''));
};`;

const place = 'us-east-1:000000000000';

function connect(endpoint: string) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  return { ...clients(endpoint), sqs: new SQS(config), kinesis: new Kinesis(config), dynamodb: new DynamoDB(config) };
}
type On = ReturnType<typeof connect>;

async function prepare(on: On, out: string): Promise<void> {
  const policies = ['SQSQueue', 'Kinesis', 'DynamoDB'].map((source) => `service-role/AWSLambda${source}ExecutionRole`);
  const Role = await createRole(on, 'polls', policies);
  const zip = await moduleZip(CODE);
  for (const name of SOURCES) await deploy(on, name, zip, { Role, Environment: { Variables: { OUT: out } } });
  const VisibilityTimeout = '3';
  await on.sqs.createQueue({ QueueName: 'queue', Attributes: { VisibilityTimeout } });
  await on.sqs.createQueue({ QueueName: 'fifo.fifo', Attributes: { VisibilityTimeout, FifoQueue: 'true' } });
  await on.kinesis.createStream({ StreamName: 'stream', ShardCount: 2 });
  const { TableDescription } = await on.dynamodb.createTable({
    TableName: 'table',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  });
  await eventually('an active stream', async () => {
    const { StreamDescriptionSummary: found } = await on.kinesis.describeStreamSummary({ StreamName: 'stream' });
    return found?.StreamStatus === 'ACTIVE' ? found : undefined;
  });
  const streams = { StartingPosition: 'TRIM_HORIZON', BatchSize: 5, ParallelizationFactor: 3 } as const;
  const map = (FunctionName: Source, EventSourceArn: string, rest: object = {}) =>
    on.lambda.createEventSourceMapping({ FunctionName, EventSourceArn, ...rest });
  await map('queue', `arn:aws:sqs:${place}:queue`);
  await map('fifo', `arn:aws:sqs:${place}:fifo.fifo`);
  await map('stream', `arn:aws:kinesis:${place}:stream/stream`, streams);
  await map('table', TableDescription!.LatestStreamArn!, streams);
}

/** One value for a key into a source. */
const put: Record<Source, (on: On, url: string, key: string, value: string) => Promise<unknown>> = {
  queue: ({ sqs }, url, _key, MessageBody) => sqs.sendMessage({ QueueUrl: `${url}/000000000000/queue`, MessageBody }),
  fifo: ({ sqs }, url, MessageGroupId, MessageBody) =>
    sqs.sendMessage({
      QueueUrl: `${url}/000000000000/fifo.fifo`,
      MessageBody,
      MessageGroupId,
      MessageDeduplicationId: MessageBody.replaceAll(/\W/g, '-'),
    }),
  stream: ({ kinesis }, _url, PartitionKey, value) =>
    kinesis.putRecord({ StreamName: 'stream', PartitionKey, Data: Buffer.from(value) }),
  table: ({ dynamodb }, _url, id, value) =>
    dynamodb.putItem({ TableName: 'table', Item: { id: { S: id }, value: { S: value } } }),
};

interface Books {
  functionArn: string;
  books: Record<'accepted' | 'filtered' | 'delivered' | 'failed' | 'dead-lettered' | 'expired', number>;
}

async function booksOf(platform: Platform): Promise<Map<string, Books['books']>> {
  const response = await fetch(`${platform.url}/_dalamb/api/mappings`);
  const { mappings } = (await response.json()) as { mappings: Books[] };
  return new Map(mappings.map(({ functionArn, books }) => [functionArn.split(':').at(-1)!, books]));
}

async function startAgain(directory: string): Promise<Platform> {
  for (let i = 0; ; i++) {
    try {
      return await startPlatform({ directory, config: PROCESS_DRIVER });
    } catch (error) {
      if (i === 20 || !(error instanceof Refused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

test('no record is lost, order holds and the books balance when the process dies while all sources flow', async () => {
  const directory = temporaryDirectory();
  const out = path.join(path.dirname(directory), 'seen');
  fs.writeFileSync(out, '');
  let platform = await startAgain(directory);
  let on = connect(platform.url);
  await prepare(on, out);
  const acknowledged = new Map(SOURCES.map((source) => [source, new Set<string>()]));
  let writing = true;
  const writer = async (source: Source, key: string) => {
    for (let n = 0; writing; n++) {
      const value = `${key}/${n}`;
      await put[source](on, platform.url, key, value).then(
        () => acknowledged.get(source)!.add(value),
        () => new Promise((resolve) => setTimeout(resolve, 50)),
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  /** Resolves once so many values of each source were acknowledged. */
  const flowed = (count: number) =>
    eventually(
      `${count} of each`,
      async () => ([...acknowledged.values()].every(({ size }) => size >= count) ? true : undefined),
      60_000,
    );
  const writers = SOURCES.flatMap((source) => ['a', 'b', 'c'].map((key) => writer(source, key)));
  for (let kill = 0; kill < KILLS; kill++) {
    await flowed(10 * (kill + 1));
    await platform.kill();
    platform = await startAgain(directory);
    on = connect(platform.url);
  }
  await flowed(10 * (KILLS + 1));
  writing = false;
  await Promise.all(writers);

  const seen = (source: Source) => {
    const lines = fs.readFileSync(out, 'utf8').split('\n');
    return lines.filter((line) => line.startsWith(`${source} `)).map((line) => line.slice(source.length + 1));
  };
  for (const source of SOURCES) {
    const wanted = acknowledged.get(source)!;
    await eventually(
      `all of ${source}`,
      async () => {
        const got = new Set(seen(source));
        return [...wanted].every((value) => got.has(value)) ? true : undefined;
      },
      60_000,
    );
  }
  for (const source of ['fifo', 'stream', 'table'] as const) {
    const first = [...new Set(seen(source))];
    for (const key of ['a', 'b', 'c']) {
      const numbers = first.filter((value) => value.startsWith(key)).map((value) => Number(value.split('/')[1]));
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => a - b),
        `${source} ${key} in order`,
      );
    }
  }
  await eventually(
    'balanced books',
    async () => {
      const books = await booksOf(platform);
      const whole = SOURCES.every((source) => books.get(source)!.delivered === new Set(seen(source)).size);
      return whole ? books : undefined;
    },
    60_000,
  );
  for (const [source, books] of await booksOf(platform)) {
    const { accepted, filtered, delivered, failed, expired } = books;
    assert.equal(accepted, filtered + delivered + failed + books['dead-lettered'] + expired, source);
    assert.deepEqual([filtered, failed, expired, books['dead-lettered']], [0, 0, 0, 0], source);
  }
  await platform.stop();
  removeDirectory(directory);
});
