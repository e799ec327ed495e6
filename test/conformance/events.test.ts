import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventBridge, type PutEventsRequestEntry, type Target } from '@aws-sdk/client-eventbridge';
import { IAM } from '@aws-sdk/client-iam';
import { Kinesis } from '@aws-sdk/client-kinesis';
import { Scheduler } from '@aws-sdk/client-scheduler';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { clients, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { eventually, moduleZip, PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

const ACCOUNT = '000000000000';
const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`;
let platform: Platform;
let events: EventBridge;
let scheduler: Scheduler;
let sqs: SQS;
let sns: SNS;
let role: string;

const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  events = new EventBridge(config);
  scheduler = new Scheduler(config);
  sqs = new SQS(config);
  sns = new SNS(config);
  const iam = new IAM(config);
  const Principal = { Service: ['scheduler.amazonaws.com', 'events.amazonaws.com'] };
  const trust = document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
  role = (await iam.createRole({ RoleName: 'carrier', AssumeRolePolicyDocument: trust })).Role!.Arn!;
  const all = document({ Effect: 'Allow', Action: '*', Resource: '*' });
  await iam.putRolePolicy({ RoleName: 'carrier', PolicyName: 'all', PolicyDocument: all });
});
after(() => platform?.stop());

/** A queue that EventBridge may send to. */
async function queue(QueueName: string): Promise<{ url: string; arn: string }> {
  const Principal = { Service: ['events.amazonaws.com', 'sns.amazonaws.com'] };
  const Policy = document({ Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: '*' });
  const { QueueUrl } = await sqs.createQueue({ QueueName, Attributes: { Policy } });
  return { url: QueueUrl!, arn: arn('sqs', QueueName) };
}

async function receive(QueueUrl: string) {
  const asked = { QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 5, MessageAttributeNames: ['All'] };
  const { Messages } = await sqs.receiveMessage(asked);
  const message = Messages?.[0];
  assert.ok(message, 'no message came');
  await sqs.deleteMessage({ QueueUrl, ReceiptHandle: message.ReceiptHandle });
  return message;
}

async function rule(Name: string, pattern: object, Targets: Target[], EventBusName?: string): Promise<string> {
  const { RuleArn } = await events.putRule({ Name, EventPattern: JSON.stringify(pattern), EventBusName });
  const { FailedEntryCount } = await events.putTargets({ Rule: Name, Targets, EventBusName });
  assert.equal(FailedEntryCount, 0);
  return RuleArn!;
}

async function put(detail: object, more: Partial<PutEventsRequestEntry> = {}): Promise<string> {
  const entry = { Source: 'shop', DetailType: 'Order', Detail: JSON.stringify(detail), ...more };
  const { Entries, FailedEntryCount } = await events.putEvents({ Entries: [entry] });
  assert.equal(FailedEntryCount, 0);
  return Entries![0]!.EventId!;
}

test('an event reaches queue, topic and function, whole, in part and transformed', async () => {
  const [whole, part, fromTopic] = await Promise.all([queue('whole'), queue('part'), queue('from-topic')]);
  const { TopicArn } = await sns.createTopic({ Name: 'orders' });
  const Principal = { Service: 'events.amazonaws.com' };
  const AttributeValue = document({ Effect: 'Allow', Principal, Action: 'sns:Publish', Resource: TopicArn });
  await sns.setTopicAttributes({ TopicArn, AttributeName: 'Policy', AttributeValue });
  await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: fromTopic.arn, Attributes: { RawMessageDelivery: 'true' } });
  const InputTemplate = '{"order": <id>, "text": "Order <id> of <who>, by <aws.events.rule-name>"}';
  const InputTransformer = { InputPathsMap: { id: '$.detail.id', who: '$.detail.who' }, InputTemplate };
  await rule('reach', { source: ['shop'], detail: { id: [{ numeric: ['>', 5] }] } }, [
    { Id: 'whole', Arn: whole.arn },
    { Id: 'part', Arn: part.arn, InputPath: '$.detail.who' },
    { Id: 'topic', Arn: TopicArn, InputTransformer },
  ]);
  await put({ id: 5, who: 'Bob' });
  const id = await put({ id: 6, who: 'Ann' }, { Resources: ['arn:r'], Time: new Date('2020-01-01T00:00:00Z') });
  assert.deepEqual(JSON.parse((await receive(whole.url)).Body!), {
    ...{ version: '0', id, 'detail-type': 'Order', source: 'shop', account: ACCOUNT, time: '2020-01-01T00:00:00Z' },
    ...{ region: 'us-east-1', resources: ['arn:r'], detail: { id: 6, who: 'Ann' } },
  });
  assert.equal((await receive(part.url)).Body, '"Ann"');
  assert.equal((await receive(fromTopic.url)).Body, '{"order": 6, "text": "Order 6 of Ann, by reach"}');
});

test('a function is invoked when its policy allows the rule', async () => {
  const of = clients(platform.url);
  const code = "export const handler = async (event) => console.log('heard', event.detail.word);";
  const Arn = await deploy(of, 'hears', await moduleZip(code));
  const RuleArn = await rule('hear', { 'detail-type': ['Word'] }, [{ Id: '1', Arn }]);
  const permission = {
    FunctionName: 'hears',
    StatementId: 's',
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
  };
  await of.lambda.addPermission({ ...permission, SourceArn: RuleArn });
  await put({ word: 'hello' }, { DetailType: 'Word' });
  const { logs } = sdk(platform.url);
  const lines = await eventually('the line', async () => {
    const answer = await logs.filterLogEvents({ logGroupName: '/aws/lambda/hears' }).catch(() => undefined);
    return answer?.events?.find(({ message }) => message?.includes('heard hello'));
  });
  assert.ok(lines);
});

test('a stream takes records under the key that the event says', async () => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const kinesis = new Kinesis({ endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  await kinesis.createStream({ StreamName: 'records', ShardCount: 1 });
  const stream = await eventually('the stream', async () => {
    const { StreamDescriptionSummary: seen } = await kinesis.describeStreamSummary({ StreamName: 'records' });
    return seen?.StreamStatus === 'ACTIVE' ? seen.StreamARN : undefined;
  });
  const KinesisParameters = { PartitionKeyPath: '$.detail.key' };
  await rule('records', { source: ['records'] }, [
    { Id: '1', Arn: stream, RoleArn: role, KinesisParameters, InputPath: '$.detail' },
  ]);
  await put({ key: 'k1' }, { Source: 'records' });
  const from = { StreamName: 'records', ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' } as const;
  const record = await eventually('the record', async () => {
    const { ShardIterator } = await kinesis.getShardIterator(from);
    return (await kinesis.getRecords({ ShardIterator })).Records?.[0];
  });
  assert.deepEqual([record.PartitionKey, Buffer.from(record.Data!).toString()], ['k1', '{"key":"k1"}']);
});

test('a log group takes a line for each event', async () => {
  const { logs } = sdk(platform.url);
  await logs.createLogGroup({ logGroupName: '/takes-lines' });
  await rule('lines', { source: ['lines'] }, [{ Id: '1', Arn: arn('logs', 'log-group:/takes-lines'), InputPath: '$.detail' }]);
  await put({ word: 'hello' }, { Source: 'lines' });
  const line = await eventually('the line', async () => {
    const { events: found } = await logs.filterLogEvents({ logGroupName: '/takes-lines' });
    return found?.[0];
  });
  assert.deepEqual([line.message, line.logStreamName], ['{"word":"hello"}', 'rule/lines']);
});

test('what cannot be delivered becomes a dead letter, saying why', async () => {
  const dead = await queue('dead');
  await sqs.createQueue({ QueueName: 'closed' });
  const DeadLetterConfig = { Arn: dead.arn };
  const RuleArn = await rule('lost', { source: ['lost'] }, [{ Id: '1', Arn: arn('sqs', 'nowhere'), DeadLetterConfig }]);
  const id = await put({ a: 1 }, { Source: 'lost' });
  const { Body, MessageAttributes } = await receive(dead.url);
  assert.equal(JSON.parse(Body!).id, id);
  const texts = Object.fromEntries(Object.entries(MessageAttributes!).map(([name, { StringValue }]) => [name, StringValue]));
  assert.deepEqual(
    [texts.RULE_ARN, texts.TARGET_ARN, texts.ERROR_CODE, texts.RETRY_ATTEMPTS],
    [RuleArn, arn('sqs', 'nowhere'), 'NO_RESOURCE', '0'],
  );
  await events.putTargets({ Rule: 'lost', Targets: [{ Id: '1', Arn: arn('sqs', 'closed'), DeadLetterConfig }] });
  await put({ a: 2 }, { Source: 'lost' });
  assert.equal((await receive(dead.url)).MessageAttributes?.ERROR_CODE?.StringValue, 'NO_PERMISSIONS');
});

test('a bus passes events on to another', async () => {
  const passed = await queue('passed');
  const { EventBusArn } = await events.createEventBus({ Name: 'second', Description: 'd' });
  await rule('catch', { source: ['chain'] }, [{ Id: '1', Arn: passed.arn }], 'second');
  await rule('chain', { source: ['chain'] }, [{ Id: '1', Arn: EventBusArn, RoleArn: role }]);
  const id = await put({ big: 1 }, { Source: 'chain' });
  const event = JSON.parse((await receive(passed.url)).Body!);
  assert.deepEqual([event.id, event.source, event.detail], [id, 'chain', { big: 1 }]);
});

test('an archive is replayed to the rule that is named', async () => {
  const again = await queue('again');
  const bus = arn('events', 'event-bus/default');
  const from = new Date(Date.now() - 60_000);
  const EventPattern = JSON.stringify({ source: ['kept'] });
  const { ArchiveArn } = await events.createArchive({ ArchiveName: 'kept', EventSourceArn: bus, EventPattern, RetentionDays: 1 });
  for (const n of [1, 2, 3]) await put({ n }, { Source: 'kept' });
  await put({ n: 4 }, { Source: 'other' });
  const RuleArn = await rule('again', { source: ['kept'] }, [{ Id: '1', Arn: again.arn }]);
  assert.equal((await events.describeArchive({ ArchiveName: 'kept' })).EventCount, 3);
  await events.startReplay({
    ...{ ReplayName: 'once', EventSourceArn: ArchiveArn, EventStartTime: from, EventEndTime: new Date(Date.now() + 60_000) },
    Destination: { Arn: bus, FilterArns: [RuleArn] },
  });
  const replayed: string[] = [];
  for (let i = 0; i < 3; i++) {
    const event = JSON.parse((await receive(again.url)).Body!);
    replayed.push(`${event['replay-name']} ${event.detail.n}`);
  }
  assert.deepEqual(replayed.sort(), ['once 1', 'once 2', 'once 3']);
  const replay = await eventually('its end', async () => {
    const seen = await events.describeReplay({ ReplayName: 'once' });
    return seen.State === 'COMPLETED' ? seen : undefined;
  });
  assert.ok(replay.ReplayEndTime! >= replay.ReplayStartTime!);
});

test('another account puts events on a bus that permits it', async () => {
  const mine = await queue('foreign');
  await rule('foreign', { source: ['foreign'] }, [{ Id: '1', Arn: mine.arn }]);
  const credentials = { accessKeyId: '222222222222', secretAccessKey: 'x' };
  const stranger = new EventBridge({ endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const EventBusName = arn('events', 'event-bus/default');
  const Entries = [{ Source: 'foreign', DetailType: 'd', Detail: '{}', EventBusName }];
  await refused(
    stranger.putEvents({ Entries }),
    'AccessDeniedException',
    /is not authorized to perform: events:PutEvents on resource/,
    400,
  );
  await events.putPermission({ Action: 'events:PutEvents', Principal: '222222222222', StatementId: 'them' });
  await stranger.putEvents({ Entries });
  assert.equal(JSON.parse((await receive(mine.url)).Body!).account, '222222222222');
});

test('errors come in the client’s own classes and words', async () => {
  await refused(
    events.describeRule({ Name: 'x' }),
    'ResourceNotFoundException',
    'Rule x does not exist on EventBus default.',
    400,
  );
  await refused(
    events.putRule({ Name: 'x', EventPattern: '{"a":1}' }),
    'InvalidEventPatternException',
    'Event pattern is not valid. Reason: "a" must be an object or an array',
    400,
  );
  await refused(events.deleteEventBus({ Name: 'default' }), 'ValidationException', 'Cannot delete event bus default.', 400);
  const bad =
    "1 validation error detected: Value '!@#' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+";
  await refused(events.putRule({ Name: '!@#', EventPattern: '{"a":[1]}' }), 'ValidationException', bad);
  const target = { Id: '1', Arn: arn('ecs', 'cluster/c') };
  await events.putRule({ Name: 'some', EventPattern: '{"a":[1]}' });
  await refused(events.putTargets({ Rule: 'some', Targets: [target] }), 'NotImplemented', /ecs/, 501);
  await refused(events.createApiDestination({ Name: 'x' } as never), 'NotImplemented', /CreateApiDestination/, 501);
  const asked = { Event: JSON.stringify({ a: 1 }), EventPattern: '{"a":[1]}' };
  await refused(events.testEventPattern(asked), 'ValidationException', 'Parameter Event is not valid.');
});

test('a schedule fires once at its time, with its input, and goes', async () => {
  const due = await queue('due');
  const at = new Date(Date.now() + 1500).toISOString().slice(0, 19);
  const Target = {
    Arn: due.arn,
    RoleArn: role,
    Input: '{"at":"<aws.scheduler.scheduled-time>","try":<aws.scheduler.attempt-number>}',
  };
  const FlexibleTimeWindow = { Mode: 'OFF' } as const;
  const { ScheduleArn } = await scheduler.createSchedule({
    ...{ Name: 'soon', ScheduleExpression: `at(${at})`, FlexibleTimeWindow, Target, ActionAfterCompletion: 'DELETE' },
  });
  assert.equal(ScheduleArn, arn('scheduler', 'schedule/default/soon'));
  const shown = await scheduler.getSchedule({ Name: 'soon' });
  assert.deepEqual(
    [shown.State, shown.Target?.RetryPolicy?.MaximumRetryAttempts, shown.ScheduleExpressionTimezone],
    ['ENABLED', 185, 'UTC'],
  );
  assert.equal((await receive(due.url)).Body, `{"at":"${at}Z","try":1}`);
  await refused(scheduler.getSchedule({ Name: 'soon' }), 'ResourceNotFoundException', 'Schedule soon does not exist.', 404);
});

test('schedules and groups in the client’s own words', async () => {
  const FlexibleTimeWindow = { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 } as const;
  const Target = { Arn: arn('lambda', 'function:f'), RoleArn: role };
  const make = (more: object) =>
    scheduler.createSchedule({
      Name: 'daily',
      ScheduleExpression: 'cron(0 9 ? * MON-FRI *)',
      FlexibleTimeWindow,
      Target,
      ...more,
    });
  const { ScheduleGroupArn } = await scheduler.createScheduleGroup({ Name: 'team', Tags: [{ Key: 'a', Value: 'b' }] });
  await make({ GroupName: 'team', ScheduleExpressionTimezone: 'Europe/Berlin', StartDate: new Date(Date.now() + 1000) });
  await refused(make({ GroupName: 'team' }), 'ConflictException', 'Schedule daily already exists.', 409);
  await refused(
    make({ ScheduleExpression: 'rate(1 second)' }),
    'ValidationException',
    'Invalid Schedule Expression rate(1 second).',
    400,
  );
  const stranger = { ...Target, RoleArn: `arn:aws:iam::${ACCOUNT}:role/none` };
  await refused(make({ Target: stranger }), 'ValidationException', /must allow AWS EventBridge Scheduler to assume the role/);
  const universal = { ...Target, Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage' };
  await refused(make({ Target: universal }), 'NotImplemented', /Universal targets/, 501);
  const { Schedules } = await scheduler.listSchedules({ GroupName: 'team' });
  assert.deepEqual(
    Schedules?.map(({ Name, GroupName }) => `${GroupName}/${Name}`),
    ['team/daily'],
  );
  assert.deepEqual((await scheduler.listTagsForResource({ ResourceArn: ScheduleGroupArn })).Tags, [{ Key: 'a', Value: 'b' }]);
  await scheduler.deleteScheduleGroup({ Name: 'team' });
  await eventually('the end of the group', async () => {
    const { ScheduleGroups } = await scheduler.listScheduleGroups({});
    return ScheduleGroups?.length === 1 ? true : undefined;
  });
});
