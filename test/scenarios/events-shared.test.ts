import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, suite, test } from 'node:test';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { Kinesis } from '@aws-sdk/client-kinesis';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { createRole, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { eventually, moduleZip, PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

/** Two accounts on a strict platform: functions of the one read from, and write to, what the other shares with their role. */

const OWNER = '222222222222';
const GUEST = '333333333333';
const arn = (account: string, service: string, resource: string) => `arn:aws:${service}:us-east-1:${account}:${resource}`;
const shared = (service: string, resource: string) => arn(OWNER, service, resource);
const ROLE = `arn:aws:iam::${GUEST}:role/worker`;

function policy(Action: string | string[], Resource: string, Principal: unknown = { AWS: ROLE }): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action, Resource }] });
}

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

function connect(endpoint: string, credentials: Key) {
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  return {
    ...sdk(endpoint, credentials),
    bus: new EventBridge(config),
    cloudwatch: new CloudWatch(config),
    kinesis: new Kinesis(config),
    sns: new SNS(config),
    sqs: new SQS(config),
  };
}

type Connected = ReturnType<typeof connect>;

suite('what an account shares with another’s role', { timeout: 120_000 }, () => {
  let platform: Platform;
  let owner: Connected;
  let guest: Connected;

  before(async () => {
    platform = await startPlatform({ config: `${PROCESS_DRIVER}[auth]\nmode = "strict"\n` });
    owner = connect(platform.url, await newKey(OWNER));
    guest = connect(platform.url, await newKey(GUEST));
    await createRole(guest, 'worker', ['AdministratorAccess']);
    const code = 'export const handler = async (event) => { console.log(JSON.stringify(event)); return event; }';
    await deploy(guest, 'worker', await moduleZip(code), { Role: ROLE, Timeout: 5 });
    await createRole(owner, 'runner', ['AdministratorAccess']);
    await deploy(owner, 'next', await moduleZip(code), { Role: `arn:aws:iam::${OWNER}:role/runner` });
    await owner.sns.createTopic({ Name: 'results' });
    await owner.bus.createEventBus({ Name: 'ops' });
    await owner.kinesis.createStream({ StreamName: 's', ShardCount: 1 });
    await eventually('an active stream', async () => {
      const { StreamDescriptionSummary: found } = await owner.kinesis.describeStreamSummary({ StreamName: 's' });
      return found?.StreamStatus === 'ACTIVE' ? found : undefined;
    });
  });
  after(() => platform?.stop());

  async function newKey(account: string): Promise<Key> {
    const socketPath = path.join(platform.directory, 'control.sock');
    return new Promise((resolve, reject) => {
      const place = `/_dalamb/api/keys?account=${account}`;
      const request = http.request(
        { socketPath, method: 'POST', path: place, headers: { host: 'localhost' } },
        async (response) => resolve(JSON.parse(await text(response))),
      );
      request.on('error', reject).end();
    });
  }

  /** Waits for a line of a function's log that has this in it. */
  async function logged(of: Connected, name: string, what: string): Promise<string> {
    return eventually(`${what} in the log of ${name}`, async () => {
      const found = await of.logs.filterLogEvents({ logGroupName: `/aws/lambda/${name}` }).catch(() => undefined);
      return found?.events?.find(({ message }) => message?.includes(what) && message.includes('{"'))?.message;
    });
  }

  async function queue(name: string): Promise<string> {
    return (await owner.sqs.createQueue({ QueueName: name })).QueueUrl!;
  }

  async function taken(QueueUrl: string): Promise<string> {
    return eventually('a message', async () => {
      const { Messages } = await owner.sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 1 });
      return Messages?.[0]?.Body;
    });
  }

  test('a queue is a source only while its policy lets the role read it', async () => {
    const QueueUrl = await queue('jobs');
    const EventSourceArn = shared('sqs', 'jobs');
    const map = (Arn: string) => guest.lambda.createEventSourceMapping({ FunctionName: 'worker', EventSourceArn: Arn });
    const denied = 'The provided execution role does not have permissions to call ReceiveMessage on SQS';
    await refused(map(EventSourceArn), 'InvalidParameterValueException', denied);
    await refused(map(shared('sqs', 'none')), 'InvalidParameterValueException', denied);
    const share = (Policy: string) => owner.sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy } });
    const whole = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    await share(policy(whole.slice(0, 1), EventSourceArn));
    await refused(map(EventSourceArn), 'InvalidParameterValueException', denied.replace('Receive', 'Delete'));
    await share(policy(whole, EventSourceArn));
    await map(EventSourceArn);
    await owner.sqs.sendMessage({ QueueUrl, MessageBody: 'first-job' });
    const record = JSON.parse((await logged(guest, 'worker', 'first-job')).split('\t').at(-1)!).Records[0];
    assert.deepEqual([record.body, record.eventSourceARN], ['first-job', EventSourceArn]);
    await share(policy(whole, EventSourceArn, { AWS: `${ROLE}-2` }));
    await owner.sqs.sendMessage({ QueueUrl, MessageBody: 'second-job' });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { events = [] } = await guest.logs.filterLogEvents({ logGroupName: '/aws/lambda/worker' });
    assert.ok(!events.some(({ message }) => message!.includes('second-job')), 'what is shared no more is not read');
    await share(policy(whole, EventSourceArn));
    await logged(guest, 'worker', 'second-job');
  });

  test('so is a stream with a policy', async () => {
    const EventSourceArn = shared('kinesis', 'stream/s');
    const map = () =>
      guest.lambda.createEventSourceMapping({ FunctionName: 'worker', EventSourceArn, StartingPosition: 'TRIM_HORIZON' });
    await refused(map(), 'InvalidParameterValueException', /^Cannot access stream/);
    const actions = ['DescribeStream', 'DescribeStreamSummary', 'GetRecords', 'GetShardIterator', 'ListShards'];
    const Policy = policy(
      actions.map((action) => `kinesis:${action}`),
      EventSourceArn,
    );
    await owner.kinesis.putResourcePolicy({ ResourceARN: EventSourceArn, Policy });
    await map();
    await owner.kinesis.putRecord({ StreamName: 's', PartitionKey: 'k', Data: Buffer.from('a record') });
    const line = await logged(guest, 'worker', Buffer.from('a record').toString('base64'));
    assert.ok(line.includes(EventSourceArn));
  });

  test('results go to a queue, a topic, a bus and a function that let the role in', async () => {
    const results = await queue('results');
    const seen = await queue('seen');
    const TopicArn = shared('sns', 'results');
    const Bus = shared('events', 'event-bus/ops');
    await owner.sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: shared('sqs', 'seen') });
    await owner.bus.putRule({ Name: 'all', EventBusName: 'ops', EventPattern: '{"source":["lambda"]}' });
    await owner.bus.putTargets({ Rule: 'all', EventBusName: 'ops', Targets: [{ Id: 'q', Arn: shared('sqs', 'seen') }] });
    const Services = { Service: ['sns.amazonaws.com', 'events.amazonaws.com'] };
    const open = (QueueUrl: string, Policy: string) => owner.sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy } });
    await open(seen, policy('sqs:SendMessage', shared('sqs', 'seen'), Services));
    const sent = (Destination: string) =>
      guest.lambda.putFunctionEventInvokeConfig({
        FunctionName: 'worker',
        DestinationConfig: { OnSuccess: { Destination } },
      });
    const invoke = (n: string) =>
      guest.lambda.invoke({ FunctionName: 'worker', InvocationType: 'Event', Payload: `{"n":"${n}"}` });
    const Next = shared('lambda', 'function:next');
    const opened: Record<string, () => Promise<unknown>> = {
      [shared('sqs', 'results')]: () => open(results, policy('sqs:SendMessage', shared('sqs', 'results'))),
      [TopicArn]: () =>
        owner.sns.setTopicAttributes({ TopicArn, AttributeName: 'Policy', AttributeValue: policy('sns:Publish', TopicArn) }),
      [Bus]: () => owner.bus.putPermission({ EventBusName: 'ops', Policy: busPolicy(Bus) }),
      [Next]: () =>
        owner.lambda.addPermission({
          FunctionName: 'next',
          StatementId: 'guest',
          Action: 'lambda:InvokeFunction',
          Principal: ROLE,
        }),
    };
    for (const [to, share] of Object.entries(opened)) {
      await refused(sent(to), 'InvalidParameterValueException', /does not have permissions/);
      await share();
      await sent(to);
      await invoke(`to ${to}`);
      if (to === Next) assert.ok((await logged(owner, 'next', `to ${to}`)).includes('"condition":"Success"'));
      else assert.ok((await taken(to === shared('sqs', 'results') ? results : seen)).includes(`to ${to}`), to);
    }
  });

  function busPolicy(bus: string): string {
    const statement = JSON.parse(policy('events:PutEvents', bus)).Statement[0];
    const Condition = { StringEquals: { 'events:source': 'lambda' } };
    return JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Sid: 'guest', Condition }] });
  }

  test('what cannot be shared is refused by name', async () => {
    await owner.s3.createBucket({ Bucket: 'of-the-owner' });
    const Destination = 'arn:aws:s3:::of-the-owner';
    const config = { FunctionName: 'worker', DestinationConfig: { OnFailure: { Destination } } };
    await refused(guest.lambda.putFunctionEventInvokeConfig(config), 'InvalidParameterValueException', /is invalid/);
    const EventSourceArn = shared('dynamodb', 'table/t/stream/2026-01-01T00:00:00.000');
    await refused(
      guest.lambda.createEventSourceMapping({ FunctionName: 'worker', EventSourceArn, StartingPosition: 'LATEST' }),
      'InvalidParameterValueException',
      /DynamoDB stream of another account/,
    );
  });

  test('an event goes on to a bus that lets the rule’s role in', async () => {
    const Bus = shared('events', 'event-bus/inbox');
    await owner.bus.createEventBus({ Name: 'inbox' });
    const inbox = await queue('inbox');
    await owner.sqs.setQueueAttributes({
      QueueUrl: inbox,
      Attributes: { Policy: policy('sqs:SendMessage', shared('sqs', 'inbox'), { Service: 'events.amazonaws.com' }) },
    });
    await owner.bus.putRule({ Name: 'all', EventBusName: 'inbox', EventPattern: '{"source":["shop"]}' });
    await owner.bus.putTargets({ Rule: 'all', EventBusName: 'inbox', Targets: [{ Id: 'q', Arn: shared('sqs', 'inbox') }] });
    await owner.bus.putPermission({ EventBusName: 'inbox', Policy: policy('events:PutEvents', Bus) });
    const Service = ['lambda.amazonaws.com', 'events.amazonaws.com'];
    const trust = { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    await guest.iam.updateAssumeRolePolicy({ RoleName: 'worker', PolicyDocument });
    await guest.bus.putRule({ Name: 'on', EventPattern: '{"source":["shop"]}' });
    await guest.bus.putTargets({ Rule: 'on', Targets: [{ Id: 'bus', Arn: Bus, RoleArn: ROLE }] });
    await guest.bus.putEvents({ Entries: [{ Source: 'shop', DetailType: 'order', Detail: '{"n":7}' }] });
    const event = JSON.parse(await taken(inbox));
    assert.deepEqual([event.account, event.source, event.detail], [GUEST, 'shop', { n: 7 }]);
  });
});
