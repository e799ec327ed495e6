import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { Kinesis } from '@aws-sdk/client-kinesis';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { clients, createRole, deploy } from '../support/deploy.ts';
import { type Platform, removeDirectory, root, startPlatform, temporaryDirectory } from '../support/platform.ts';
import { moduleZip, PROCESS_DRIVER, eventually as within } from '../support/sdk.ts';

/** Writes down each value after it is done with it; some values make it fail, until it is well. */
const CODE = `
import fs from 'node:fs';
const valueOf = (r) => r.body ?? r.Sns?.Message ?? (r.kinesis ? Buffer.from(r.kinesis.data, 'base64').toString() : r.s3.object.key);
export const handler = async (event, { functionName }) => {
  const values = event.Records?.map(valueOf) ?? [event.value ?? event.detail.value];
  const well = fs.existsSync(process.env.OUT + '.well');
  const does = (word) => !well && values.some((value) => value.startsWith(word));
  if (does('slow')) await new Promise((resolve) => setTimeout(resolve, 300));
  if (does('hang')) await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (does('throw')) throw new Error('asked for');
  if (does('garbage')) return { batchItemFailures: [{ itemIdentifier: 'no such message' }] };
  fs.appendFileSync(process.env.OUT, values.map((value) => functionName + ' ' + value + '\\n').join(''));
};`;

/** Machines may be busy. */
const eventually = <T>(what: string, attempt: () => Promise<T | undefined>) => within(what, attempt, 60_000);
const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:000000000000:${resource}`;
const others = '111111111111';

function connect(endpoint: string, accessKeyId = 'test') {
  const credentials = { accessKeyId, secretAccessKey: 'test' };
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  const rest = { sqs: new SQS(config), sns: new SNS(config), kinesis: new Kinesis(config), bus: new EventBridge(config) };
  return { ...clients(endpoint, credentials), ...rest };
}

interface Books {
  readonly topics: readonly { topic: string; balanced: boolean; notYetRouted: number; inFlight: number; dropped: number }[];
}

interface Ended {
  readonly deliveries: readonly { readonly target: string; readonly reason: string; readonly subscriber: string }[];
}

/** What `dalamb mappings UUID` answers, with --retry or --skip too. */
interface Shown {
  readonly blocked?: readonly { readonly records: readonly { readonly sequenceNumber: string }[] }[];
  readonly lanes?: number;
  readonly skipped?: string;
}

suite('faults while events flow', { timeout: 180_000 }, () => {
  const directory = temporaryDirectory();
  const out = path.join(path.dirname(directory), 'out');
  let platform: Platform;
  let on: ReturnType<typeof connect>;
  let Role: string;

  before(async () => {
    platform = await startPlatform({ directory, config: PROCESS_DRIVER });
    fs.writeFileSync(out, '');
    on = connect(platform.url);
    Role = await createRole(on, 'runner', ['AdministratorAccess']);
  });
  after(async () => {
    await platform?.stop();
    removeDirectory(directory);
  });

  const lines = () => fs.readFileSync(out, 'utf8').split('\n').filter(Boolean);
  const done = (line: string) => eventually(line, async () => lines().includes(line) || undefined);
  const Environment = { Variables: { OUT: out } };
  const worker = async (name: string, settings: object = {}) =>
    deploy(on, name, await moduleZip(CODE), { Role, Environment, Timeout: 30, ...settings });

  async function control<T>(place: string, body?: unknown): Promise<T> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${platform.url}/_dalamb/api${place}`, { ...init, headers });
    const answer = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    return answer as T;
  }
  const books = async (topic: string) => (await control<Books>('/events/balance')).topics.find((one) => one.topic === topic)!;

  /** A mapping that polls when this resolves. */
  async function map(FunctionName: string, EventSourceArn: string, settings: object = {}): Promise<string> {
    const { UUID } = await on.lambda.createEventSourceMapping({ FunctionName, EventSourceArn, ...settings });
    await eventually('an enabled mapping', async () => {
      const { State } = await on.lambda.getEventSourceMapping({ UUID });
      return State === 'Enabled' || undefined;
    });
    return UUID!;
  }

  async function mappings(uuid: string, ...flags: string[]): Promise<Shown> {
    const main = [path.join(root, 'src/main.ts'), 'mappings', uuid, ...flags, '--url', platform.url, '--json'];
    return JSON.parse((await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', ...main])).stdout);
  }

  test('a flood on one queue and one function: everybody else is served long before it is over', async () => {
    await worker('slow');
    await worker('drowned');
    await worker('quick');
    await on.lambda.putFunctionConcurrency({ FunctionName: 'drowned', ReservedConcurrentExecutions: 1 });
    const { QueueUrl } = await on.sqs.createQueue({ QueueName: 'flood', Attributes: { VisibilityTimeout: '60' } });
    const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: `${n}`, MessageBody: 'slow' }));
    for (let n = 0; n < 15; n++)
      await Promise.all(Array.from({ length: 10 }, () => on.sqs.sendMessageBatch({ QueueUrl, Entries })));
    await map('slow', arn('sqs', 'flood'), { ScalingConfig: { MaximumConcurrency: 2 } });
    const flood = (n: number) =>
      on.lambda.invoke({ FunctionName: 'drowned', InvocationType: 'Event', Payload: JSON.stringify({ value: `slow ${n}` }) });
    for (let n = 0; n < 300; n += 20) await Promise.all(Array.from({ length: 20 }, (_, i) => flood(n + i)));
    await Promise.all([done('slow slow'), done('drowned slow 0')]);

    const other = connect(platform.url, others);
    await deploy(other, 'quick', await moduleZip(CODE), { Role: await createRole(other, 'runner'), Environment });
    await on.sqs.createQueue({ QueueName: 'calm' });
    await on.s3.createBucket({ Bucket: 'calm' });
    const { TopicArn } = await on.sns.createTopic({ Name: 'calm' });
    for (const source of ['calm.*', 'sqs:calm', 'sns:calm', 's3:calm'])
      await control('/event-sources', { source, function: 'quick' });
    const Payload = JSON.stringify({ value: 'other account' });
    await other.lambda.invoke({ FunctionName: 'quick', InvocationType: 'Event', Payload });
    await on.lambda.invoke({ FunctionName: 'quick', InvocationType: 'Event', Payload: '{"value":"async"}' });
    await on.bus.putEvents({ Entries: [{ Source: 's', DetailType: 'calm.day', Detail: '{"value":"event"}' }] });
    await on.sqs.sendMessage({ QueueUrl: `${platform.url}/000000000000/calm`, MessageBody: 'message' });
    await on.sns.publish({ TopicArn, Message: 'notification' });
    await on.s3.putObject({ Bucket: 'calm', Key: 'object', Body: 'x' });
    for (const value of ['other account', 'async', 'event', 'message', 'notification', 'object']) await done(`quick ${value}`);
    const { Attributes } = await on.sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] });
    assert.ok(Number(Attributes!.ApproximateNumberOfMessages) > 500, 'the queue is still flooded');
    assert.ok((await books('lambda.async')).inFlight > 100, 'the function is still drowned');

    await on.sqs.purgeQueue({ QueueUrl });
    await on.lambda.deleteFunction({ FunctionName: 'drowned' });
    const ended = await eventually('an end', async () => {
      const found = await books('lambda.async');
      return found.inFlight === 0 ? found : undefined;
    });
    assert.ok(ended.dropped > 100, 'what its function is gone for is dropped, and counted');
  });

  test('rules, topics and functions that cause themselves end, and are counted', async () => {
    const code = fs.readFileSync(path.join(root, 'test/support/functions/loop.mjs'), 'utf8');
    const { TopicArn } = await on.sns.createTopic({ Name: 'ring' });
    const loops: Record<string, Record<string, string>> = { 'by-topic': { TOPIC: TopicArn! }, 'by-bus': {} };
    for (const [name, more] of Object.entries(loops))
      await deploy(on, name, await moduleZip(code), { Role, Environment: { Variables: { OUT: out, ...more } } });
    await control('/event-sources', { source: 'sns:ring', function: 'by-topic' });
    await control('/event-sources', { source: 'again', function: 'by-bus' });
    const carrier = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    const made = await on.iam.createRole({ RoleName: 'carrier', AssumeRolePolicyDocument: carrier });
    await on.iam.attachRolePolicy({ RoleName: 'carrier', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
    for (const Name of ['tick', 'tock']) await on.bus.createEventBus({ Name });
    for (const [from, to] of [
      ['tick', 'tock'],
      ['tock', 'tick'],
    ] as const) {
      const rule = { Name: from, EventBusName: from, EventPattern: '{"source":["ring"]}' };
      await on.bus.putRule(rule);
      const Targets = [{ Id: 'next', Arn: arn('events', `event-bus/${to}`), RoleArn: made.Role!.Arn! }];
      const { FailedEntryCount } = await on.bus.putTargets({ Rule: from, EventBusName: from, Targets });
      assert.equal(FailedEntryCount, 0);
    }
    await on.sns.publish({ TopicArn, Message: 'begin' });
    await on.bus.putEvents({
      Entries: [
        { Source: 'loop', DetailType: 'again', Detail: '{}' },
        { EventBusName: 'tick', Source: 'ring', DetailType: 'round', Detail: '{}' },
      ],
    });
    const failed = await eventually('three ends', async () => {
      const { deliveries } = await control<Ended>('/events/deliveries?state=failed&limit=1000');
      return deliveries.length >= 3 ? deliveries : undefined;
    });
    const reasons = failed.map(({ target, reason }) => `${target.replace(/.*:/, '')} ${reason}`).sort();
    assert.deepEqual(reasons, [
      'by-bus RecursiveInvocation',
      'by-topic RecursiveInvocation',
      'event-bus/tock the target can never take this: passed on by 16 buses',
    ]);
    for (const name of ['by-topic', 'by-bus']) assert.equal(lines().filter((line) => line === `${name} ran`).length, 16, name);
  });

  test('what fails, hangs or answers garbage goes to the dead letters, and back when the function is well', async () => {
    await worker('fickle', { Timeout: 1 });
    const dead = await on.sqs.createQueue({ QueueName: 'dead' });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('sqs', 'dead'), maxReceiveCount: 2 });
    const Attributes = { VisibilityTimeout: '1', RedrivePolicy };
    const { QueueUrl } = await on.sqs.createQueue({ QueueName: 'jobs', Attributes });
    const settings = { BatchSize: 1, FunctionResponseTypes: ['ReportBatchItemFailures'] };
    await map('fickle', arn('sqs', 'jobs'), settings);
    const sick = ['throw', 'hang', 'garbage'];
    for (const MessageBody of [...sick, 'fine']) await on.sqs.sendMessage({ QueueUrl, MessageBody });
    await done('fickle fine');
    await eventually('dead letters', async () => {
      const asked = {
        QueueUrl: dead.QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages'] as ['ApproximateNumberOfMessages'],
      };
      return (await on.sqs.getQueueAttributes(asked)).Attributes!.ApproximateNumberOfMessages === '3' || undefined;
    });
    fs.writeFileSync(`${out}.well`, '');
    await on.sqs.startMessageMoveTask({ SourceArn: arn('sqs', 'dead') });
    for (const value of sick) await done(`fickle ${value}`);
    fs.rmSync(`${out}.well`);
    const { Results } = await on.sqs.listMessageMoveTasks({ SourceArn: arn('sqs', 'dead') });
    assert.deepEqual(
      Results!.map((one) => [one.Status, one.ApproximateNumberOfMessagesMoved]),
      [['COMPLETED', 3]],
    );
  });

  test('a poison record blocks its shard alone, until it is tried again or skipped', async () => {
    await worker('reader');
    await on.kinesis.createStream({ StreamName: 'two', ShardCount: 2 });
    await eventually('an active stream', async () => {
      const { StreamDescriptionSummary: found } = await on.kinesis.describeStreamSummary({ StreamName: 'two' });
      return found?.StreamStatus === 'ACTIVE' || undefined;
    });
    const uuid = await map('reader', arn('kinesis', 'stream/two'), { StartingPosition: 'TRIM_HORIZON', BatchSize: 1 });
    const hashKeys = ['0', String(2n ** 128n - 1n)];
    const put = (shard: number, value: string) =>
      on.kinesis.putRecord({ StreamName: 'two', PartitionKey: 'k', ExplicitHashKey: hashKeys[shard], Data: Buffer.from(value) });
    for (const value of ['throw one', 'throw two', 'behind']) await put(0, value);
    for (const value of ['a', 'b', 'c']) await put(1, value);
    for (const value of ['a', 'b', 'c']) await done(`reader ${value}`);
    const blocked = (sequence?: string) =>
      eventually('a blocked lane', async () => {
        const [lane] = (await mappings(uuid)).blocked ?? [];
        const first = lane?.records[0]?.sequenceNumber;
        return first === sequence ? undefined : first;
      });
    const first = await blocked();
    assert.ok(!lines().includes('reader behind'));
    // Between two attempts, not in one of them.
    const order = (flag: string) => eventually(flag, () => mappings(uuid, flag).catch(() => undefined));
    assert.equal((await order('--retry')).lanes, 1);
    assert.equal((await order('--skip')).skipped, first);
    assert.ok(await blocked(first));
    fs.writeFileSync(`${out}.well`, '');
    await done('reader behind');
    fs.rmSync(`${out}.well`);
    const seen = lines().filter((line) => /^reader (throw|behind)/.test(line));
    assert.deepEqual(seen, ['reader throw two', 'reader behind']);
  });

  test('in the end the accounts balance', async () => {
    await eventually('a balance', async () => {
      const { topics } = await control<Books>('/events/balance');
      assert.ok(
        topics.every(({ balanced }) => balanced),
        JSON.stringify(topics),
      );
      return topics.every(({ notYetRouted, inFlight }) => notYetRouted === 0 && inFlight === 0) || undefined;
    });
  });
});
