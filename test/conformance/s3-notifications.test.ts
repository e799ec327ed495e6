import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import type { S3 } from '@aws-sdk/client-s3';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { awsCli } from '../support/aws-cli.ts';
import { noAwsCli } from '../support/aws-shell.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

const Bucket = 'announcing';
const ARN = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;
let platform: Platform;
let s3: S3;
let sqs: SQS;
let sns: SNS;
let events: EventBridge;
before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  s3 = sdk(platform.url).s3;
  const config = { endpoint: platform.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  [sqs, sns, events] = [new SQS(config), new SNS(config), new EventBridge(config)];
  await s3.createBucket({ Bucket });
});
after(async () => {
  for (const client of [sqs, sns, events]) client?.destroy();
  await platform?.stop();
});

/** A queue that whoever these ARNs name may send to. */
async function queue(name: string, service: string, sourceArn: string): Promise<string> {
  const Condition = { ArnLike: { 'aws:SourceArn': sourceArn } };
  const Principal = { Service: service };
  const statement = { Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: ARN('sqs', name), Condition };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  return (await sqs.createQueue({ QueueName: name, Attributes: { Policy } })).QueueUrl!;
}

/** The bodies of so many messages. */
// biome-ignore lint/suspicious/noExplicitAny: bodies are whatever the sources send
async function received(QueueUrl: string, count: number): Promise<any[]> {
  const bodies = [];
  for (let tries = 0; bodies.length < count && tries < 5; tries++) {
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 });
    for (const { Body, ReceiptHandle } of Messages) {
      bodies.push(JSON.parse(Body!));
      await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
    }
  }
  return bodies;
}

test('a queue, a topic and the bus are told of changes, after a test event', async () => {
  const jobs = await queue('jobs', 's3.amazonaws.com', `arn:aws:s3:::${Bucket}`);
  const news = await queue('news', 'sns.amazonaws.com', ARN('sns', 'topic'));
  const bus = await queue('bus', 'events.amazonaws.com', ARN('events', 'rule/objects'));
  await sns.createTopic({ Name: 'topic' });
  const QueueConfigurations = [{ Id: 'q', QueueArn: ARN('sqs', 'jobs'), Events: ['s3:ObjectCreated:*' as const] }];
  const TopicConfigurations = [
    { Id: 't', TopicArn: ARN('sns', 'topic'), Events: ['s3:ObjectRemoved:*' as const, 's3:ObjectTagging:*' as const] },
  ];
  const NotificationConfiguration = { QueueConfigurations, TopicConfigurations, EventBridgeConfiguration: {} };
  const configure = () => s3.putBucketNotificationConfiguration({ Bucket, NotificationConfiguration });
  await refused(configure(), 'InvalidArgument', 'Unable to validate the following destination configurations', 400);
  const statement = { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sns:Publish', Resource: '*' };
  const AttributeValue = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await sns.setTopicAttributes({ TopicArn: ARN('sns', 'topic'), AttributeName: 'Policy', AttributeValue });
  await sns.subscribe({ TopicArn: ARN('sns', 'topic'), Protocol: 'sqs', Endpoint: ARN('sqs', 'news') });
  await events.putRule({
    Name: 'objects',
    EventPattern: JSON.stringify({ source: ['aws.s3'], 'detail-type': ['Object Created'] }),
  });
  await events.putTargets({ Rule: 'objects', Targets: [{ Id: 'q', Arn: ARN('sqs', 'bus') }] });
  await configure();
  const { $metadata: _, LambdaFunctionConfigurations: __, ...got } = await s3.getBucketNotificationConfiguration({ Bucket });
  assert.deepEqual(got, NotificationConfiguration);
  await s3.putObject({ Bucket, Key: 'a b', Body: 'x' });
  await s3.putObjectTagging({ Bucket, Key: 'a b', Tagging: { TagSet: [{ Key: 'k', Value: 'v' }] } });
  await s3.deleteObject({ Bucket, Key: 'a b' });
  const [proof, created] = await received(jobs, 2);
  assert.deepEqual([proof.Event, proof.Bucket, created.Records[0].eventName], ['s3:TestEvent', Bucket, 'ObjectCreated:Put']);
  assert.deepEqual([created.Records[0].s3.object.key, created.Records[0].s3.configurationId], ['a+b', 'q']);
  const told = (await received(news, 3)).map(({ Message, Subject }) => [Subject, JSON.parse(Message)]);
  assert.deepEqual(
    told.map(([Subject, { Event, Records }]) => [Subject, Event ?? Records[0].eventName]).sort(),
    ['ObjectRemoved:Delete', 'ObjectTagging:Put', 's3:TestEvent'].map((name) => ['Amazon S3 Notification', name]),
  );
  const [event] = await received(bus, 1);
  assert.deepEqual(
    [event['detail-type'], event.resources, event.detail.object.key],
    ['Object Created', [`arn:aws:s3:::${Bucket}`], 'a b'],
  );
});

test('the AWS CLI', { skip: noAwsCli }, async () => {
  const aws = awsCli(platform.url);
  const api = (...args: string[]) => aws('--endpoint-url', platform.url, 's3api', ...args);
  const configuration = {
    QueueConfigurations: [{ Id: 'q', QueueArn: ARN('sqs', 'none'), Events: ['s3:LifecycleExpiration:*'] }],
    EventBridgeConfiguration: {},
  };
  const given = ['--notification-configuration', JSON.stringify(configuration)];
  const put = ['put-bucket-notification-configuration', '--bucket', Bucket, ...given];
  await assert.rejects(api(...put), /\(InvalidArgument\).*Unable to validate the following destination configurations/);
  await api(...put, '--skip-destination-validation');
  assert.deepEqual(await api('get-bucket-notification-configuration', '--bucket', Bucket), configuration);
});
