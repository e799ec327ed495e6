import { answerOf, type Called, requestOf, untilActive } from './calls.ts';
import { jsonCall, sendWell, type Unsigned } from './signed.ts';

/** Bytes of every body, record and item. */
export const BODY = 'x'.repeat(1024);
/** As many keys, and so signatures, as take turns. */
const KEYS = 256;
const QUERIED = 8;

/** The services that are measured. */
export type Service = 'sqs' | 'dynamodb' | 'kinesis' | 's3';

export interface ServiceCall {
  readonly name: string;
  readonly service: Service;
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

/** In the order in which they are measured: a get finds what a put before it left. */
export const SERVICE_CALLS: readonly ServiceCall[] = [
  {
    name: 'SQS send',
    service: 'sqs',
    below: 165,
    calls: (QueueUrl) => [jsonCall('sqs', 'SendMessage', { QueueUrl, MessageBody: BODY })],
  },
  {
    name: 'DynamoDB put',
    service: 'dynamodb',
    below: 217,
    calls: ofKeys((key) => jsonCall('dynamodb', 'PutItem', { ...table, Item: { ...itemKey(key), data: { S: BODY } } })),
  },
  {
    name: 'DynamoDB get',
    service: 'dynamodb',
    below: 93,
    calls: ofKeys((key) => jsonCall('dynamodb', 'GetItem', { ...table, Key: itemKey(key) })),
  },
  {
    name: `DynamoDB query of ${QUERIED} items`,
    service: 'dynamodb',
    below: Number.POSITIVE_INFINITY,
    calls: ofKeys((key) => jsonCall('dynamodb', 'Query', queryOf(key))),
  },
  {
    name: 'Kinesis put of ten records',
    service: 'kinesis',
    below: 634,
    calls: () => [jsonCall('kinesis', 'PutRecords', { StreamName: 'services', Records: records })],
  },
  { name: 'S3 put', service: 's3', below: 300, calls: ofKeys((key) => objectOf('PUT', key)) },
  { name: 'S3 get', service: 's3', below: 300, calls: ofKeys((key) => objectOf('GET', key)) },
];

const preparations: Readonly<Record<Service, (called: Called, stream: object) => Promise<unknown>>> = {
  sqs: (called) => answerOf(called, jsonCall('sqs', 'CreateQueue', { QueueName: 'services' })),
  dynamodb: createTable,
  kinesis: async (called, stream) => {
    await answerOf(called, jsonCall('kinesis', 'CreateStream', { StreamName: 'services', ...stream }));
    await untilActive(called, jsonCall('kinesis', 'DescribeStreamSummary', { StreamName: 'services' }));
  },
  s3: (called) => sendWell(requestOf(called, { service: 's3', method: 'PUT', path: '/services', body: '' })),
};

/** Queue, table, stream (with these settings) and bucket, as far as those services are asked for; resolves to the queue's URL, if any. */
export async function prepare(called: Called, services: readonly Service[], stream: object): Promise<string> {
  let queueUrl = '';
  for (const service of services) {
    const made = await preparations[service](called, stream);
    if (service === 'sqs') queueUrl = (made as { QueueUrl: string }).QueueUrl;
  }
  return queueUrl;
}

async function createTable(called: Called): Promise<void> {
  const keys = [
    { name: 'group', type: 'S', KeyType: 'HASH' },
    { name: 'number', type: 'N', KeyType: 'RANGE' },
  ];
  const AttributeDefinitions = keys.map(({ name, type }) => ({ AttributeName: name, AttributeType: type }));
  const KeySchema = keys.map(({ name, KeyType }) => ({ AttributeName: name, KeyType }));
  const settings = { BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions, KeySchema };
  await answerOf(called, jsonCall('dynamodb', 'CreateTable', { ...table, ...settings }));
  await untilActive(called, jsonCall('dynamodb', 'DescribeTable', table));
}
