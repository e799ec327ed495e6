import { answerOf, requestOf, untilActive } from './calls.ts';
import { compared, type Figure, type Round } from './figures.ts';
import { cpuSeconds, type Echo, familyOf, type Load, load, loadAndKeep, startEcho } from './measure.ts';
import { type Bench, FIRST_UID, withBench } from './platform.ts';
import { jsonCall, type Request, type Unsigned } from './signed.ts';

const IN_FLIGHT = 16;
const BODY = 'x'.repeat(1024);
/** As many keys, and so signatures, as take turns. */
const KEYS = 256;
const QUERIED = 8;
const yardstick = 'bare echo';

interface Step {
  readonly name: string;
  /** µs of CPU a call: the lightest peer measured on such a machine (issue 4); durable before the answer here, in memory there. */
  readonly below: number;
  /** What takes turns. */
  readonly calls: (queueUrl: string) => readonly Unsigned[];
}

const ofKeys = (call: (key: number) => Unsigned) => () => Array.from({ length: KEYS }, (_, key) => call(key));
const objectOf = (method: 'PUT' | 'GET', key: number): Unsigned => ({
  service: 's3',
  method,
  path: `/services/key-${key}`,
  body: method === 'PUT' ? BODY : '',
});
const itemKey = (key: number) => ({ group: { S: `group-${Math.floor(key / QUERIED)}` }, number: { N: String(key % QUERIED) } });
const table = { TableName: 'services' };
const queryOf = (key: number) => ({
  ...table,
  KeyConditionExpression: '#group = :group',
  ExpressionAttributeNames: { '#group': 'group' },
  ExpressionAttributeValues: { ':group': itemKey(key).group },
});
const records = Array.from({ length: 10 }, (_, i) => ({
  PartitionKey: `key-${i}`,
  Data: Buffer.from(BODY).toString('base64'),
}));

const STEPS: readonly Step[] = [
  {
    name: 'SQS send',
    below: 165,
    calls: (QueueUrl) => [jsonCall('sqs', 'SendMessage', { QueueUrl, MessageBody: BODY })],
  },
  {
    name: 'DynamoDB put',
    below: 217,
    calls: ofKeys((key) => jsonCall('dynamodb', 'PutItem', { ...table, Item: { ...itemKey(key), data: { S: BODY } } })),
  },
  { name: 'DynamoDB get', below: 93, calls: ofKeys((key) => jsonCall('dynamodb', 'GetItem', { ...table, Key: itemKey(key) })) },
  {
    name: `DynamoDB query of ${QUERIED} items`,
    below: Number.POSITIVE_INFINITY,
    calls: ofKeys((key) => jsonCall('dynamodb', 'Query', queryOf(key))),
  },
  {
    name: 'Kinesis put of ten records',
    below: 634,
    calls: () => [jsonCall('kinesis', 'PutRecords', { StreamName: 'services', Records: records })],
  },
  { name: 'S3 put', below: 300, calls: ofKeys((key) => objectOf('PUT', key)) },
  { name: 'S3 get', below: 300, calls: ofKeys((key) => objectOf('GET', key)) },
];

interface Setting {
  readonly bench: Bench;
  readonly echo: Echo;
  readonly queueUrl: string;
  readonly quick: boolean;
}

/**
 * CPU of all of the platform's processes for one call of 1 KB, signed with an issued key, at 16 in flight, durable before the answer;
 * beside it the same bytes to a bare node:http server that answers with the body it got.
 */
export function benchServices(quick: boolean): Promise<Figure[]> {
  return withBench({}, async (bench) => {
    const queueUrl = await prepare(bench);
    const echo = await startEcho();
    try {
      const setting = { bench, echo, queueUrl, quick };
      await bare(setting, STEPS[0]!.calls(queueUrl)[0]!);
      for (const step of STEPS) await ours(setting, step, quick ? 1 : 3); // V8 compiles what is hot meanwhile
      const figures: Figure[] = [];
      for (const step of STEPS) figures.push(await measured(setting, step));
      figures.splice(1, 0, ...(await receiving(setting)));
      return figures;
    } finally {
      await echo.stop();
    }
  });
}

/** Resolves to the queue's URL. */
async function prepare(bench: Bench): Promise<string> {
  await bench.clients.s3.createBucket({ Bucket: 'services' });
  const made = await answerOf(bench, jsonCall('sqs', 'CreateQueue', { QueueName: 'services' }));
  const keys = [
    { name: 'group', type: 'S', KeyType: 'HASH' },
    { name: 'number', type: 'N', KeyType: 'RANGE' },
  ];
  const AttributeDefinitions = keys.map(({ name, type }) => ({ AttributeName: name, AttributeType: type }));
  const KeySchema = keys.map(({ name, KeyType }) => ({ AttributeName: name, KeyType }));
  const settings = { BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions, KeySchema };
  await answerOf(bench, jsonCall('dynamodb', 'CreateTable', { ...table, ...settings }));
  await answerOf(
    bench,
    jsonCall('kinesis', 'CreateStream', { StreamName: 'services', StreamModeDetails: { StreamMode: 'ON_DEMAND' } }),
  );
  await untilActive(bench, jsonCall('dynamodb', 'DescribeTable', table));
  await untilActive(bench, jsonCall('kinesis', 'DescribeStreamSummary', { StreamName: 'services' }));
  return made.QueueUrl as string;
}

async function measured(setting: Setting, step: Step): Promise<Figure> {
  const rounds: Round[] = [];
  for (let round = 0; round < (setting.quick ? 1 : 4); round++)
    rounds.push({
      yardstick: await bare(setting, step.calls(setting.queueUrl)[0]!),
      value: await ours(setting, step, setting.quick ? 1 : 2),
    });
  const target = Number.isFinite(step.below) ? { target: { at: 'below', value: step.below, of: 'value' } as const } : {};
  return compared(`${step.name}: CPU a call`, 'µs', { rounds, yardstick, ...target });
}

async function ours({ bench, queueUrl }: Setting, step: Step, seconds: number): Promise<number> {
  const requests = step.calls(queueUrl).map((call) => requestOf(bench, call));
  return microsOf(familyOf(bench.platform.pid, FIRST_UID), () => loaded(requests, seconds));
}

async function bare({ bench, echo }: Setting, call: Unsigned): Promise<number> {
  const request = { ...requestOf(bench, call), url: echo.url };
  return microsOf(
    (pid) => pid === echo.pid,
    () => loaded([request], 1),
  );
}

async function loaded(requests: readonly Request[], seconds: number): Promise<number> {
  return countOf(await load(requests, IN_FLIGHT, seconds));
}

function countOf({ failed, requests }: Load): number {
  if (failed > 0) throw new TypeError(`${failed} of ${requests} requests failed`);
  return requests;
}

/** µs of CPU of those processes for each of what work resolves to. */
async function microsOf(belongs: (pid: number) => boolean, work: () => Promise<number>): Promise<number> {
  const before = cpuSeconds(belongs);
  const count = await work();
  return ((cpuSeconds(belongs) - before) * 1e6) / count;
}

/**
 * A message received and deleted is two calls, and the second needs what the first answered: the handles are kept, the deletes signed
 * before they are sent.
 */
async function receiving(setting: Setting): Promise<Figure[]> {
  const { quick, queueUrl: QueueUrl } = setting;
  const receive = jsonCall('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 1 });
  const rounds = { receive: [] as Round[], delete: [] as Round[], both: [] as Round[] };
  await receivedAndDeleted(setting, receive);
  for (let round = 0; round < (quick ? 1 : 4); round++) {
    const yardstick = await bare(setting, receive);
    const micros = await receivedAndDeleted(setting, receive);
    rounds.receive.push({ value: micros.receive, yardstick });
    rounds.delete.push({ value: micros.delete, yardstick });
    rounds.both.push({ value: micros.receive + micros.delete, yardstick: 2 * yardstick });
  }
  const target = { at: 'below', value: 187, of: 'value' } as const;
  return [
    compared('SQS receive: CPU a call', 'µs', { rounds: rounds.receive, yardstick }),
    compared('SQS delete: CPU a call', 'µs', { rounds: rounds.delete, yardstick }),
    compared('SQS receive and delete: CPU of both', 'µs', { rounds: rounds.both, yardstick: 'twice that', target }),
  ];
}

interface Received {
  readonly Messages?: readonly { readonly ReceiptHandle: string }[];
}

/** More is sent than is received, and more received than deleted, so that each finds its message. */
async function receivedAndDeleted({ bench, queueUrl: QueueUrl }: Setting, receive: Unsigned) {
  const belongs = familyOf(bench.platform.pid, FIRST_UID);
  const Entries = Array.from({ length: 10 }, (_, Id) => ({ Id: String(Id), MessageBody: BODY }));
  await loaded([requestOf(bench, jsonCall('sqs', 'SendMessageBatch', { QueueUrl, Entries }))], 2);
  let answers: readonly string[] = [];
  const received = await microsOf(belongs, async () => {
    const found = await loadAndKeep([requestOf(bench, receive)], IN_FLIGHT, 2);
    answers = found.answers;
    return countOf(found.load);
  });
  const handles = answers.flatMap((answer) => (JSON.parse(answer) as Received).Messages ?? []);
  if (handles.length < answers.length) throw new TypeError('a receive found nothing');
  const deletes = handles.map(({ ReceiptHandle }) => jsonCall('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle }));
  const requests = deletes.map((call) => requestOf(bench, call));
  return { receive: received, delete: await microsOf(belongs, () => loaded(requests, 1)) };
}
