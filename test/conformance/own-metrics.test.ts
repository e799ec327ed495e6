import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { createRole, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { eventually, moduleZip, PROCESS_DRIVER, sdk } from '../support/sdk.ts';

/** What the platform counts by itself: written when it stops, read after it was started again. */

let directory: string;
let platform: Platform;
let watch: CloudWatch;

function connect() {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  return { ...sdk(platform.url), sns: new SNS(config), sqs: new SQS(config), watch: new CloudWatch(config) };
}

/** Some of everything that is counted. */
async function use({ lambda, sns, sqs, iam, s3, logs }: ReturnType<typeof connect>): Promise<void> {
  const QueueUrl = (await sqs.createQueue({ QueueName: 'q' })).QueueUrl!;
  const QueueArn = 'arn:aws:sqs:us-east-1:000000000000:q';
  const send = { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: QueueArn };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [send] });
  await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy } });
  const TopicArn = (await sns.createTopic({ Name: 't' })).TopicArn!;
  const Attributes = { RawMessageDelivery: 'true' };
  await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: QueueArn, Attributes });
  const FilterPolicy = JSON.stringify({ kind: ['other'] });
  await sns.subscribe({ TopicArn, Protocol: 'lambda', Endpoint: await makeFunction(), Attributes: { FilterPolicy } });
  await sns.publish({ TopicArn, Message: 'hello' });
  const { Messages } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 10 });
  await sqs.deleteMessage({ QueueUrl, ReceiptHandle: Messages![0]!.ReceiptHandle });
  await sqs.receiveMessage({ QueueUrl });
  await sqs.sendMessage({ QueueUrl, MessageBody: 'left' });
  const invoked = { FunctionName: 'f', Qualifier: 'live' };
  await lambda.invoke({ ...invoked, Payload: '{}' });
  await lambda.invoke({ ...invoked, InvocationType: 'Event', Payload: '{}' });
  const { FunctionUrl } = await lambda.createFunctionUrlConfig({ FunctionName: 'f', AuthType: 'NONE' });
  const id = new URL(FunctionUrl!).hostname.split('.')[0];
  assert.equal((await fetch(`${platform.url}/_dalamb/url/${id}/`)).status, 403);
  await eventually('two runs', async () => {
    const asked = { logGroupName: '/aws/lambda/f', filterPattern: 'REPORT' };
    const found = await logs.filterLogEvents(asked).catch(() => undefined); // the group comes with the first line
    return (found?.events?.length ?? 0) >= 2 || undefined;
  });

  async function makeFunction(): Promise<string> {
    const Role = await createRole({ iam, lambda, s3 }, 'r', ['AdministratorAccess']);
    const FunctionArn = await deploy({ iam, lambda, s3 }, 'f', await moduleZip('export const handler = async () => 1'), { Role });
    await lambda.createAlias({ FunctionName: 'f', Name: 'live', FunctionVersion: '$LATEST' });
    return FunctionArn;
  }
}

before(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-own-metrics-'));
  platform = await startPlatform({ config: PROCESS_DRIVER, directory });
  await use(connect());
  assert.equal(await platform.stop(), 0);
  platform = await startPlatform({ config: PROCESS_DRIVER, directory });
  watch = connect().watch;
});
after(async () => {
  await platform?.stop();
  fs.rmSync(directory, { recursive: true, force: true });
});

async function sum(Namespace: string, MetricName: string, dimensions: Record<string, string>): Promise<number | undefined> {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const times = { StartTime: new Date(Date.now() - 900_000), EndTime: new Date(Date.now() + 60_000), Period: 3600 };
  const asked = { Namespace, MetricName, Dimensions, Statistics: ['Sum' as const], ...times };
  const { Datapoints } = await watch.getMetricStatistics(asked);
  return Datapoints!.length === 0 ? undefined : Datapoints!.reduce((total, { Sum }) => total + Sum!, 0);
}

test('queues', async () => {
  const of = (name: string) => sum('AWS/SQS', name, { QueueName: 'q' });
  assert.equal(await of('NumberOfMessagesSent'), 2);
  assert.equal(await of('SentMessageSize'), 9);
  assert.equal(await of('NumberOfMessagesReceived'), 1);
  assert.equal(await of('NumberOfMessagesDeleted'), 1);
  assert.equal(await of('NumberOfEmptyReceives'), 1);
});

test('topics', async () => {
  const of = (name: string) => sum('AWS/SNS', name, { TopicName: 't' });
  assert.equal(await of('NumberOfMessagesPublished'), 1);
  assert.equal(await of('PublishSize'), 5);
  assert.equal(await of('NumberOfNotificationsDelivered'), 1);
  assert.equal(await of('NumberOfNotificationsFilteredOut'), 1);
  assert.equal(await of('NumberOfNotificationsFailed'), undefined);
});

test('functions, by name, by alias, and all', async () => {
  const of = (name: string, dimensions: Record<string, string>) => sum('AWS/Lambda', name, dimensions);
  const alias = { FunctionName: 'f', Resource: 'f:live' };
  const sets: Record<string, string>[] = [{}, { FunctionName: 'f' }, alias];
  for (const dimensions of sets) {
    assert.equal(await of('Invocations', dimensions), 2);
    assert.equal(await of('Errors', dimensions), 0);
    assert.ok((await of('Duration', dimensions))! > 0);
    assert.equal(await of('AsyncEventsReceived', dimensions), 1);
    assert.ok((await of('AsyncEventAge', dimensions))! >= 0);
  }
  const url = { FunctionName: 'f', Resource: 'f' };
  assert.equal(await of('UrlRequestCount', url), 1);
  assert.equal(await of('Url4xxCount', url), 1);
  assert.equal(await of('Url5xxCount', url), 0);
  assert.equal(await of('AsyncEventsDropped', alias), undefined);
});

test('all are listed', async () => {
  const { Metrics } = await watch.listMetrics({ Namespace: 'AWS/SQS', Dimensions: [{ Name: 'QueueName', Value: 'q' }] });
  const names = Metrics!.map(({ MetricName }) => MetricName);
  for (const name of ['NumberOfMessagesSent', 'NumberOfEmptyReceives', 'SentMessageSize']) assert.ok(names.includes(name), name);
});
