import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Kinesis, waitUntilStreamExists } from '@aws-sdk/client-kinesis';
import { clients, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { eventually, moduleZip, PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

let platform: Platform;
let of: ReturnType<typeof clients>;
let logs: ReturnType<typeof sdk>['logs'];
const ACCOUNT = '000000000000';
const permission = { Action: 'lambda:InvokeFunction', StatementId: 'logs' };

/** Prints what it is sent, opened. */
const READER = `import { gunzipSync } from 'node:zlib';
export const handler = async ({ awslogs: { data } }) => console.log('got ' + gunzipSync(Buffer.from(data, 'base64')));`;

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  of = clients(platform.url);
  logs = sdk(platform.url).logs;
});
after(() => platform?.stop());

/** What the reader of this name was sent, once there are so many. */
function received(name: string, count = 1) {
  return eventually(`what ${name} was sent`, async () => {
    const found = await logs
      .filterLogEvents({ logGroupName: `/aws/lambda/${name}`, filterPattern: 'got' })
      .catch(() => undefined);
    const all = (found?.events ?? []).map(({ message }) => JSON.parse(/got (\{.*\})/.exec(message!)![1]!));
    return all.length >= count ? all : undefined;
  });
}

test('a function’s lines reach another function through a filter', async () => {
  const reader = await deploy(of, 'reader', await moduleZip(READER));
  const say = 'export const handler = async (e) => { console.log("ERROR " + e.what); console.log("fine"); };';
  await deploy(of, 'writer', await moduleZip(say));
  await of.lambda.invoke({ FunctionName: 'writer', Payload: Buffer.from('{"what":"zero"}') });
  const logGroupName = '/aws/lambda/writer';
  await eventually('the group', async () => (await logs.describeLogGroups({ logGroupNamePrefix: logGroupName })).logGroups?.[0]);
  const filter = { logGroupName, filterName: 'errors', filterPattern: 'ERROR', destinationArn: reader };
  await refused(
    logs.putSubscriptionFilter(filter),
    'InvalidParameterException',
    'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.',
    400,
  );
  const SourceArn = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${logGroupName}:*`;
  await of.lambda.addPermission({ FunctionName: 'reader', Principal: 'logs.amazonaws.com', SourceArn, ...permission });
  await logs.putSubscriptionFilter(filter);
  await of.lambda.invoke({ FunctionName: 'writer', Payload: Buffer.from('{"what":"one"}') });
  const [message] = await received('reader');
  const { logEvents, logStream, ...rest } = message;
  assert.deepEqual(rest, {
    messageType: 'DATA_MESSAGE',
    owner: ACCOUNT,
    logGroup: logGroupName,
    subscriptionFilters: ['errors'],
  });
  assert.match(logStream, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  assert.equal(logEvents.length, 1);
  assert.match(logEvents[0].id, /^\d{56}$/);
  assert.match(logEvents[0].message, /\tINFO\tERROR one\n$/);
  const { subscriptionFilters } = await logs.describeSubscriptionFilters({ logGroupName });
  assert.deepEqual(
    subscriptionFilters!.map(({ filterName }) => filterName),
    ['errors'],
  );
  await logs.deleteSubscriptionFilter({ logGroupName, filterName: 'errors' });
  await refused(logs.deleteSubscriptionFilter({ logGroupName, filterName: 'errors' }), 'ResourceNotFoundException');
});

test('a function that is fed its own lines is stopped', async () => {
  const own = await deploy(of, 'narcissus', await moduleZip(READER));
  const logGroupName = '/aws/lambda/narcissus';
  await logs.createLogGroup({ logGroupName });
  await of.lambda.addPermission({ FunctionName: 'narcissus', Principal: 'logs.us-east-1.amazonaws.com', ...permission });
  await logs.putSubscriptionFilter({ logGroupName, filterName: 'own', filterPattern: 'START', destinationArn: own });
  await of.lambda.invoke({ FunctionName: 'narcissus', InvocationType: 'Event', Payload: Buffer.from('{"awslogs":{"data":""}}') });
  const outcome = await eventually(
    'the end of the chain',
    async () => {
      const answer = await fetch(`${platform.url}/_dalamb/api/events/deliveries?state=failed`).catch(() => undefined);
      const found = answer?.ok ? ((await answer.json()) as { deliveries?: { reason?: string; subscriber: string }[] }) : {};
      return found.deliveries?.find(({ subscriber }) => subscriber.endsWith('#own'));
    },
    20_000,
  );
  assert.match(JSON.stringify(outcome), /recurs|Recursive/i);
});

test('lines reach a stream as its role may put them', async () => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const kinesis = new Kinesis({ endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  await kinesis.createStream({ StreamName: 'lines', ShardCount: 1 });
  await waitUntilStreamExists({ client: kinesis, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { StreamName: 'lines' });
  const trust = { Effect: 'Allow', Principal: { Service: 'logs.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  const { Role } = await of.iam.createRole({ RoleName: 'to-stream', AssumeRolePolicyDocument });
  const destinationArn = `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/lines`;
  const [logGroupName, logStreamName] = ['/own/app', 's'];
  await logs.createLogGroup({ logGroupName });
  await logs.createLogStream({ logGroupName, logStreamName });
  const filter = { logGroupName, filterName: 'f', filterPattern: '{ $.n > 1 }', destinationArn, roleArn: Role!.Arn! };
  await refused(logs.putSubscriptionFilter(filter), 'InvalidParameterException', /^Could not deliver test message/);
  const statement = { Effect: 'Allow', Action: 'kinesis:PutRecord', Resource: destinationArn };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await of.iam.putRolePolicy({ RoleName: 'to-stream', PolicyName: 'put', PolicyDocument });
  await logs.putSubscriptionFilter(filter);
  const at = (n: number) => ({ timestamp: Date.now(), message: JSON.stringify({ n }) });
  await logs.putLogEvents({ logGroupName, logStreamName, logEvents: [at(1), at(2), at(3)] });
  const { ShardIterator } = await kinesis.getShardIterator({
    ...{ StreamName: 'lines', ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' },
  });
  const [control, data] = await eventually('two records', async () => {
    const { Records } = await kinesis.getRecords({ ShardIterator: ShardIterator! });
    return Records!.length === 2 ? Records!.map(({ Data }) => JSON.parse(gunzipSync(Data!).toString())) : undefined;
  });
  assert.equal(control.messageType, 'CONTROL_MESSAGE');
  assert.deepEqual(
    data.logEvents.map(({ message, extractedFields }: Record<string, unknown>) => [message, extractedFields]),
    [
      ['{"n":2}', { '$.n': '2' }],
      ['{"n":3}', { '$.n': '3' }],
    ],
  );
});
