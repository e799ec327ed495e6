import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateEventSourceMappingRequest } from '@aws-sdk/client-lambda';
import { createRole } from '../test/support/deploy.ts';
import { answerOf, requestOf, untilActive } from './calls.ts';
import { type Bench, create } from './platform.ts';
import { notified, putOf } from './put.ts';
import { jsonCall, sendWell, snsCall, type Unsigned } from './signed.ts';
import { starter } from './starts.ts';

/** One way for an event to reach a function. */
export interface EventSource {
  readonly name: string;
  /** Function and source of that name, connected; resolves to the call that sends an event with a mark in it. */
  readonly connect: (bench: Bench, name: string) => Promise<(mark: string) => Unsigned>;
}

export const eventSources: readonly EventSource[] = [
  { name: 'S3', connect: connectBucket },
  { name: 'SQS', connect: connectQueue },
  { name: 'SNS', connect: connectTopic },
  { name: 'EventBridge', connect: connectBus },
  { name: 'Kinesis', connect: connectStream },
  { name: 'DynamoDB Streams', connect: connectTable },
];

/** A role for functions that poll. */
export function pollingRole(bench: Bench): Promise<string> {
  const policies = ['SQSQueue', 'Kinesis', 'DynamoDB'].map((source) => `service-role/AWSLambda${source}ExecutionRole`);
  return createRole(bench.clients, 'polling', policies);
}

/** Resolves to its uuid when it is enabled, or disabled if that was asked for. */
export async function createMapping({ clients: { lambda } }: Bench, input: CreateEventSourceMappingRequest): Promise<string> {
  const { UUID } = await lambda.createEventSourceMapping(input);
  for (let attempt = 0; attempt < 500; attempt++) {
    const { State } = await lambda.getEventSourceMapping({ UUID });
    if (State === 'Enabled' || State === 'Disabled') return UUID!;
    await sleep(20);
  }
  throw new TypeError(`the mapping ${UUID} was never made`);
}

/** Resolves to the queue's URL and ARN. */
export async function createQueue(bench: Bench, QueueName: string): Promise<{ readonly url: string; readonly arn: string }> {
  const { QueueUrl: url } = await answerOf<{ QueueUrl: string }>(bench, jsonCall('sqs', 'CreateQueue', { QueueName }));
  const { Attributes } = await answerOf<{ Attributes: Record<string, string> }>(
    bench,
    jsonCall('sqs', 'GetQueueAttributes', { QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return { url, arn: Attributes.QueueArn! };
}

/** Resolves to the stream's ARN when it is active. */
export async function createStream(bench: Bench, StreamName: string, ShardCount: number): Promise<string> {
  await answerOf(bench, jsonCall('kinesis', 'CreateStream', { StreamName, ShardCount }));
  const describe = jsonCall('kinesis', 'DescribeStreamSummary', { StreamName });
  await untilActive(bench, describe);
  const { StreamDescriptionSummary: found } = await answerOf<{ StreamDescriptionSummary: { StreamARN: string } }>(
    bench,
    describe,
  );
  return found.StreamARN;
}

async function connectBucket(bench: Bench, name: string) {
  await notified(bench, name, 128);
  return (mark: string) => putOf(name, mark);
}

async function connectQueue(bench: Bench, name: string) {
  const { url: QueueUrl, arn: EventSourceArn } = await createQueue(bench, name);
  await create(bench, name, { code: starter });
  await createMapping(bench, { FunctionName: name, EventSourceArn });
  return (mark: string) => jsonCall('sqs', 'SendMessage', { QueueUrl, MessageBody: mark });
}

async function connectTopic(bench: Bench, name: string) {
  const Endpoint = await create(bench, name, { code: starter });
  const { text } = await sendWell(requestOf(bench, snsCall('CreateTopic', { Name: name })));
  const TopicArn = /<TopicArn>(.*)<\/TopicArn>/.exec(text)![1]!;
  await allow(bench, name, { service: 'sns', SourceArn: TopicArn });
  await sendWell(requestOf(bench, snsCall('Subscribe', { TopicArn, Protocol: 'lambda', Endpoint })));
  return (mark: string) => snsCall('Publish', { TopicArn, Message: mark });
}

async function connectBus(bench: Bench, name: string) {
  const Arn = await create(bench, name, { code: starter });
  const EventPattern = JSON.stringify({ source: ['bench'] });
  const { RuleArn } = await answerOf<{ RuleArn: string }>(bench, jsonCall('events', 'PutRule', { Name: name, EventPattern }));
  await allow(bench, name, { service: 'events', SourceArn: RuleArn });
  await answerOf(bench, jsonCall('events', 'PutTargets', { Rule: name, Targets: [{ Id: 'function', Arn }] }));
  return (mark: string) => {
    const entry = { Source: 'bench', DetailType: 'mark', Detail: JSON.stringify({ mark }) };
    return jsonCall('events', 'PutEvents', { Entries: [entry] });
  };
}

async function connectStream(bench: Bench, name: string) {
  const EventSourceArn = await createStream(bench, name, 1);
  await create(bench, name, { code: starter });
  await createMapping(bench, { FunctionName: name, EventSourceArn, StartingPosition: 'TRIM_HORIZON' });
  const Data = Buffer.from('data').toString('base64');
  return (mark: string) => jsonCall('kinesis', 'PutRecord', { StreamName: name, PartitionKey: mark, Data });
}

async function connectTable(bench: Bench, TableName: string) {
  const settings = {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  };
  await answerOf(bench, jsonCall('dynamodb', 'CreateTable', { TableName, ...settings }));
  const describe = jsonCall('dynamodb', 'DescribeTable', { TableName });
  await untilActive(bench, describe);
  const { Table } = await answerOf<{ Table: { LatestStreamArn: string } }>(bench, describe);
  await create(bench, TableName, { code: starter });
  const EventSourceArn = Table.LatestStreamArn;
  await createMapping(bench, { FunctionName: TableName, EventSourceArn, StartingPosition: 'TRIM_HORIZON' });
  return (mark: string) => jsonCall('dynamodb', 'PutItem', { TableName, Item: { id: { S: mark } } });
}

async function allow({ clients: { lambda } }: Bench, FunctionName: string, by: { service: string; SourceArn: string }) {
  const Principal = `${by.service}.amazonaws.com`;
  const Action = 'lambda:InvokeFunction';
  await lambda.addPermission({ FunctionName, StatementId: by.service, Action, Principal, SourceArn: by.SourceArn });
}
