import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { Kinesis } from '@aws-sdk/client-kinesis';
import { SQS } from '@aws-sdk/client-sqs';
import { run } from '../../src/cli/index.ts';
import { type Clients, clients, createRole, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { eventually, moduleZip, PROCESS_DRIVER } from '../support/sdk.ts';

/** Fails with what says so; tells what it got. */
const CODE = `
export const handler = async (event) => {
  console.log('IDS ' + event.Records.map((r) => r.eventID).join(' '));
  const data = event.Records.map((r) => Buffer.from(r.kinesis?.data ?? '', 'base64').toString());
  if (data.includes('poison')) throw new Error('poisoned');
};`;
const place = 'us-east-1:000000000000';

let platform: Platform;
let of: Clients;
let sqs: SQS;
let kinesis: Kinesis;
let dynamodb: DynamoDB;
let role: string;

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  of = clients(platform.url);
  [sqs, kinesis, dynamodb] = [new SQS(config), new Kinesis(config), new DynamoDB(config)];
  role = await createRole(of, 'runner', ['service-role/AWSLambdaBasicExecutionRole', 'AdministratorAccess']);
});
after(() => platform.stop());

async function dalamb(...line: string[]): Promise<string> {
  let [out, err] = ['', ''];
  const code = await run(line, {
    version: '1',
    defaults: { url: platform.url },
    io: {
      out: (text) => (out += text),
      error: (text) => (err += text),
      stdin: async () => Buffer.alloc(0),
      fetch,
      now: () => Date.now(),
      signal: AbortSignal.timeout(30_000),
    },
  });
  assert.equal(code, 0, `dalamb ${line.join(' ')}: ${err}`);
  return out;
}

const map = async (name: string, EventSourceArn: string, rest: object = {}) => {
  await deploy(of, name, await moduleZip(CODE), { Role: role });
  const { UUID } = await of.lambda.createEventSourceMapping({ FunctionName: name, EventSourceArn, ...rest });
  return UUID!;
};

const sums = async (uuid: string) => {
  const found = await fetch(`${platform.url}/_dalamb/api/mappings/${uuid}`);
  return ((await found.json()) as { books: { delivered: number } }).books;
};
const delivered = (uuid: string, count: number) =>
  eventually('all delivered', async () => ((await sums(uuid)).delivered === count ? true : undefined), 30_000);

test('every message of a batch leads to it', async () => {
  const { QueueUrl } = await sqs.createQueue({ QueueName: 'jobs' });
  const Entries = ['a', 'b', 'c'].map((Id) => ({ Id, MessageBody: Id }));
  const { Successful } = await sqs.sendMessageBatch({ QueueUrl, Entries });
  await delivered(await map('jobs', `arn:aws:sqs:${place}:jobs`), 3);
  for (const { MessageId } of Successful!) {
    const text = await dalamb('trace', MessageId!);
    assert.match(text, new RegExp(`^\\* .* ${MessageId}\\n`));
    assert.match(text, /function:jobs delivered/);
    assert.match(await dalamb('events', '--source', 'sqs'), new RegExp(MessageId!));
  }
});

test('every record of a stream leads to its batch, by sequence number and event id; one that fails is in flight, and blocks', async () => {
  await kinesis.createStream({ StreamName: 'clicks', ShardCount: 1 });
  const put = (...values: string[]) =>
    kinesis.putRecords({
      StreamName: 'clicks',
      Records: values.map((value) => ({ PartitionKey: 'k', Data: Buffer.from(value) })),
    });
  await eventually('an active stream', async () => {
    const { StreamDescriptionSummary: found } = await kinesis.describeStreamSummary({ StreamName: 'clicks' });
    return found?.StreamStatus === 'ACTIVE' ? found : undefined;
  });
  const { Records } = await put('a', 'b', 'c');
  const uuid = await map('clicks', `arn:aws:kinesis:${place}:stream/clicks`, { StartingPosition: 'TRIM_HORIZON' });
  await delivered(uuid, 3);
  for (const { SequenceNumber, ShardId } of Records!) {
    assert.match(await dalamb('trace', SequenceNumber!), /function:clicks delivered in a batch of 3/);
    assert.match(await dalamb('trace', `${ShardId}:${SequenceNumber}`), /function:clicks delivered in a batch of 3/);
  }
  assert.equal((await dalamb('events', '--source', 'kinesis')).trim().split('\n').length, 4);
  const { Records: poison } = await put('poison');
  const waiting = await eventually('a batch in flight', async () => {
    const text = await dalamb('events', '--in-flight');
    return text.includes('poisoned') ? text : undefined;
  });
  assert.match(waiting, new RegExp(`mapping:${uuid}/shardId-000000000000/0 +mapping:${uuid} .* [1-9] .*poisoned`));
  assert.match(await dalamb('events'), new RegExp(`mapping:${uuid} +4 +0 +4 +1 +3 `));
  assert.match(
    await dalamb('mappings'),
    new RegExp(`${uuid} blocked: shardId-000000000000 slice 0, [1-9]\\d* attempts: .*poisoned`),
  );
  assert.match(await dalamb('trace', poison![0]!.SequenceNumber!), /function:clicks in-flight/);
  await dalamb('mappings', uuid, '--skip');
  await eventually('nothing in flight', async () =>
    (await dalamb('events', '--in-flight')).startsWith('no deliveries') ? true : undefined,
  );
});

test('every change of a table leads to its batch by the event id that functions get', async () => {
  const { TableDescription } = await dynamodb.createTable({
    TableName: 'items',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  });
  for (const id of ['a', 'b', 'c']) await dynamodb.putItem({ TableName: 'items', Item: { id: { S: id } } });
  const uuid = await map('items', TableDescription!.LatestStreamArn!, { StartingPosition: 'TRIM_HORIZON' });
  await delivered(uuid, 3);
  const ids = await eventually(
    'the ids',
    async () => /IDS ([0-9a-f ]+)/.exec(await dalamb('logs', 'items').catch(() => ''))?.[1],
  );
  assert.equal(ids.trim().split(' ').length, 3);
  for (const id of ids.trim().split(' ')) {
    const text = await dalamb('trace', id);
    assert.match(text, new RegExp(`^\\* .* dynamodb\\.changes INSERT .* ${id}\\n.*function:items delivered in a batch of 3`));
  }
  assert.equal((await dalamb('events', '--source', 'dynamodb')).trim().split('\n').length, 4);
});
