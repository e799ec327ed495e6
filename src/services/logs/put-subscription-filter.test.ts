import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ACCOUNT, accountRoom, LAMBDA_TRUST, refusal, roleArn } from '../../../test/support/account-room.ts';
import { platformFailure } from '../../kernel/index.ts';
import { type LogBatch, logTopic } from '../../model/index.ts';

const FUNCTION = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f`;
const STREAM = `arn:aws:kinesis:eu-west-1:${ACCOUNT}:stream/s`;
const filter = (more = {}) => ({ logGroupName: 'g', filterName: 'n', filterPattern: '', destinationArn: FUNCTION, ...more });

async function room(t: TestContext) {
  const made = await accountRoom(t);
  await made.logs('CreateLogGroup', { logGroupName: 'g' });
  const trust = LAMBDA_TRUST.replace('lambda', 'logs');
  await made.iam('CreateRole', { RoleName: 'logs', AssumeRolePolicyDocument: trust });
  const put = (more = {}) => made.logs('PutSubscriptionFilter', filter(more));
  const told = async () => (await made.store.read.events(logTopic.name, 0, 1, 100)).map(({ body }) => body as LogBatch);
  return { ...made, put, told };
}

test('lines that match become events, in the transaction that writes them', async (t) => {
  const { put, logs, told, clock, store } = await room(t);
  await put({ filterPattern: 'ERROR' });
  await logs('CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
  const now = clock.now();
  const write = (...messages: string[]) =>
    logs('PutLogEvents', {
      logGroupName: 'g',
      logStreamName: 's',
      logEvents: messages.map((message, i) => ({ timestamp: now + i, message })),
    });
  await write('fine', 'ERROR one', 'ERROR two');
  await write('fine again');
  const [event, ...none] = await told();
  assert.deepEqual(none, []);
  const { logEvents, ...rest } = event!;
  assert.deepEqual(rest, {
    owner: ACCOUNT,
    logGroup: 'g',
    logStream: 's',
    filter: { name: 'n', destination: FUNCTION, distribution: 'ByLogStream' },
  });
  assert.deepEqual(
    logEvents.map(({ timestamp, message }) => [timestamp - now, message]),
    [
      [1, 'ERROR one'],
      [2, 'ERROR two'],
    ],
  );
  const read = await logs('FilterLogEvents', { logGroupName: 'g', filterPattern: 'ERROR' });
  assert.deepEqual(
    logEvents.map(({ id }) => id),
    read.events.map(({ eventId }: { eventId: string }) => eventId),
  );
  const [stored] = await store.read.events(logTopic.name, 0, 1, 1);
  assert.equal(stored!.subject, `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:g:*`);
  await logs('DeleteSubscriptionFilter', { logGroupName: 'g', filterName: 'n' });
  await write('ERROR three');
  assert.equal((await told()).length, 1);
});

test('what the platform writes is matched too, and tells which invocation wrote it', async (t) => {
  const { put, observe, told, clock, store } = await room(t);
  await put();
  const id = '11111111-2222-4333-8444-555555555555';
  const stream = { account: ACCOUNT, region: 'eu-west-1', group: 'g', stream: `2026/01/01/[$LATEST]${'0'.repeat(32)}` };
  const texts = [`START RequestId: ${id} Version: $LATEST`, 'spoken', `END RequestId: ${id}`];
  observe.writeLog(
    stream,
    texts.map((text) => ({ time: clock.now(), text })),
  );
  observe.writeLog({ ...stream, group: 'other' }, [{ time: clock.now(), text: 'not this' }]);
  await observe.flush();
  const [batch, ...none] = await told();
  assert.deepEqual(none, []);
  assert.deepEqual(
    batch!.logEvents.map(({ message }) => message),
    texts.map((text) => `${text}\n`),
  );
  assert.equal((await store.read.events(logTopic.name, 0, 1, 1))[0]!.cause, id);
});

test('the same name replaces; a third name is too many', async (t) => {
  const { put, logs } = await room(t);
  await put();
  await put({ filterPattern: 'new' });
  await put({ filterName: 'b' });
  await assert.rejects(put({ filterName: 'c' }), refusal('LimitExceededException', /^Resource limit exceeded\.$/));
  const { subscriptionFilters } = await logs('DescribeSubscriptionFilters', { logGroupName: 'g' });
  assert.deepEqual(
    subscriptionFilters.map(({ filterName, filterPattern }: Record<string, string>) => [filterName, filterPattern]),
    [
      ['b', ''],
      ['n', 'new'],
    ],
  );
});

test('a function must let logs in, by either name of the service', async (t) => {
  const { put, reach } = await room(t);
  for (const allowed of ['logs.amazonaws.com', 'logs.eu-west-1.amazonaws.com']) {
    reach.mayInvoke = (arn, service) => arn === FUNCTION && service === allowed;
    await put();
  }
  reach.mayInvoke = () => false;
  const text =
    /^Could not execute the lambda function\. Make sure you have given CloudWatch Logs permission to execute your function\.$/;
  await assert.rejects(put(), refusal('InvalidParameterException', text));
});

test('a stream needs a role that may put, and gets a test message', async (t) => {
  const { put, reach, iam } = await room(t);
  await put({ destinationArn: STREAM, roleArn: roleArn('logs') });
  const [proof] = reach.puts;
  assert.deepEqual([proof!.target, proof!.item.caller], [{ kind: 'stream', arn: STREAM }, { role: roleArn('logs') }]);
  const message = JSON.parse(gunzipSync(proof!.item.data!).toString());
  assert.equal(message.messageType, 'CONTROL_MESSAGE');
  assert.match(message.logEvents[0].message, /^CWL CONTROL MESSAGE: Checking health of destination/);
  await assert.rejects(
    put({ destinationArn: STREAM }),
    refusal('InvalidParameterException', /^destinationArn for vendor kinesis cannot be used without roleArn$/),
  );
  const undeliverable = refusal('InvalidParameterException', /^Could not deliver test message to specified Kinesis stream\./);
  await assert.rejects(put({ destinationArn: STREAM, roleArn: roleArn('none') }), undeliverable);
  await iam('CreateRole', { RoleName: 'other', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await assert.rejects(put({ destinationArn: STREAM, roleArn: roleArn('other') }), undeliverable);
  reach.put = async ({ arn }) => {
    throw platformFailure('TargetMissing', arn);
  };
  await assert.rejects(put({ destinationArn: STREAM, roleArn: roleArn('logs') }), undeliverable);
});

test('what is refused', async (t) => {
  const { put } = await room(t);
  const refused = (more: object, message: RegExp, code = 'InvalidParameterException') =>
    assert.rejects(put(more), refusal(code, message));
  await refused({ logGroupName: 'no' }, /^The specified log group does not exist\.$/, 'ResourceNotFoundException');
  await refused({ filterPattern: '{ $.a' }, /^Invalid filter pattern$/);
  await refused({ roleArn: roleArn('logs') }, /^destinationArn for vendor lambda cannot be used with roleArn$/);
  await refused({ destinationArn: FUNCTION.replace('eu-west-1', 'us-east-1') }, /same account and region/);
  await refused({ destinationArn: FUNCTION.replace(ACCOUNT, '111111111111') }, /same account and region/);
  await refused(
    { destinationArn: `arn:aws:firehose:eu-west-1:${ACCOUNT}:deliverystream/d` },
    /vendor firehose is not implemented/,
  );
  await refused({ destinationArn: `arn:aws:logs:eu-west-1:${ACCOUNT}:destination:d` }, /vendor logs is not implemented/);
  await refused({ destinationArn: `arn:aws:sqs:eu-west-1:${ACCOUNT}:q` }, /vendor sqs/);
  await refused({ emitSystemFields: ['@aws.account'] }, /^emitSystemFields is not implemented/);
  await refused({ fieldSelectionCriteria: 'x' }, /^fieldSelectionCriteria is not implemented/);
  await refused({ applyOnTransformedLogs: true }, /^applyOnTransformedLogs is not implemented/);
});
