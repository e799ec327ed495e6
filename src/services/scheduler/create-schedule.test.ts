import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';
import { openScheduler, plain, QUEUE, ROLE, SCHEDULER_NOW, type SchedulerRoom } from '../../../test/support/scheduler-room.ts';
import { scheduleArn, timers } from '../../model/index.ts';

let room: SchedulerRoom;
before(async () => {
  room = await openScheduler();
});
after(() => room.close());

const arnOf = (name: string, group = 'default') => scheduleArn({ account: ACCOUNT, region: 'us-east-1', group, name });
const timer = (name: string) => room.read.get(timers, [arnOf(name)]);

test('a schedule is made with its timer', async () => {
  assert.deepEqual(await room.create('s'), { ScheduleArn: arnOf('s') });
  assert.deepEqual([(await timer('s'))?.at, (await timer('s'))?.due], [SCHEDULER_NOW + 300_000, SCHEDULER_NOW + 300_000]);
  await room.create('window', { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 } });
  const { at, due } = (await timer('window'))!;
  assert.ok(due >= at && due < at + 3_600_000);
  await room.create('berlin', { ScheduleExpression: 'cron(0 20 * * ? *)', ScheduleExpressionTimezone: 'Europe/Berlin' });
  assert.equal((await timer('berlin'))?.at, Date.UTC(2026, 0, 1, 19));
  await room.create('later', { StartDate: new Date(SCHEDULER_NOW + 86_400_000) });
  assert.equal((await timer('later'))?.at, SCHEDULER_NOW + 86_400_000);
});

test('a schedule that is disabled or never due has no timer', async () => {
  await room.create('off', { State: 'DISABLED' });
  await room.create('past', { ScheduleExpression: 'at(2022-12-31T23:59:59)' });
  assert.deepEqual([await timer('off'), await timer('past')], [undefined, undefined]);
});

test('the same call again is no conflict, another is', async () => {
  await room.create('once', { ClientToken: 'a' });
  assert.deepEqual(await room.create('once', { ClientToken: 'a' }), { ScheduleArn: arnOf('once') });
  for (const more of [{ ClientToken: 'b' }, {}]) {
    const error = await refused(room.create('once', more), 'ConflictException');
    assert.deepEqual([error.status, error.message], [409, 'Schedule once already exists.']);
  }
  const group = await refused(room.create('x', { GroupName: 'none' }), 'ResourceNotFoundException');
  assert.deepEqual([group.status, group.message], [404, 'Schedule group none does not exist.']);
});

test('what is no schedule is refused', async () => {
  const says = async (more: object, text: string) => {
    assert.equal((await refused(room.create('x', more), 'ValidationException')).message, text);
  };
  for (const expression of ['cron(0 1 * * * *)', 'rate(10 seconds)', ' rate(10 minutes)', 'at(2021-12-31T23:59:59Z)']) {
    await says({ ScheduleExpression: expression }, `Invalid Schedule Expression ${expression}.`);
  }
  await says({ ScheduleExpressionTimezone: 'Nowhere' }, 'Invalid ScheduleExpressionTimezone Nowhere.');
  const dates = { StartDate: new Date(2), EndDate: new Date(1) };
  await says(dates, 'The StartDate you specify must come before the EndDate.');
  await says({ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, 'MaximumWindowInMinutes must be specified when Mode is FLEXIBLE.');
  const off = { Mode: 'OFF', MaximumWindowInMinutes: 5 };
  await says({ FlexibleTimeWindow: off }, 'MaximumWindowInMinutes must not be specified when Mode is OFF.');
  await refused(room.create('x', { KmsKeyArn: 'arn:aws:kms:us-east-1:1:key/x' }), 'NotImplemented');
});

test('Scheduler must be allowed to assume the role', async () => {
  for (const RoleArn of [ROLE.replace('scheduler', 'other'), ROLE.replace('scheduler', 'none')]) {
    const error = await refused(room.create('x', { Target: { Arn: QUEUE, RoleArn } }), 'ValidationException');
    assert.equal(error.message, 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.');
  }
});

test('targets are checked', async () => {
  const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`;
  const says = async (target: object, code: string, text: string) => {
    const error = await refused(room.create('x', { Target: { ...plain.Target, ...target } }), code);
    assert.ok(error.message.includes(text), error.message);
  };
  const invalid = 'ValidationException';
  await says({ Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage' }, 'NotImplemented', 'Universal targets');
  await says({ Arn: arn('states', 'stateMachine:m') }, 'NotImplemented', 'states');
  await says({ Arn: arn('logs', 'log-group:g') }, 'NotImplemented', 'logs');
  await says({ EcsParameters: {} }, 'NotImplemented', 'Target.EcsParameters');
  await says({ Arn: 'x' }, invalid, 'Provided Arn is not in correct format.');
  await says({ Arn: arn('sqs', 'q.fifo') }, invalid, 'SqsParameters is required');
  await says({ Arn: arn('kinesis', 'stream/s') }, invalid, 'KinesisParameters is required');
  await says({ Arn: arn('events', 'event-bus/default'), Input: '{}' }, invalid, 'EventBridgeParameters is required');
  await says({ KinesisParameters: { PartitionKey: 'k' } }, invalid, 'KinesisParameters is not supported');
  await says({ Arn: arn('lambda', 'function:f'), Input: 'text' }, invalid, 'The Input you provide must be valid JSON.');
  const bus = { Arn: arn('events', 'event-bus/default'), EventBridgeParameters: { DetailType: 'd', Source: 's' } };
  await says({ ...bus, Input: '[1]' }, invalid, 'The Input you provide must be valid JSON.');
  await says({ DeadLetterConfig: { Arn: arn('sqs', 'd.fifo') } }, invalid, 'standard SQS queue');
  const taken = [
    { ...bus, Input: '{"at":"<aws.scheduler.scheduled-time>","n":<aws.scheduler.attempt-number>}' },
    { Arn: arn('sqs', 'q.fifo'), SqsParameters: { MessageGroupId: 'g' }, Input: 'any text' },
    { Arn: arn('kinesis', 'stream/s'), KinesisParameters: { PartitionKey: 'k' } },
    { Arn: arn('sns', 't'), Input: 'text' },
    { Arn: arn('lambda', 'function:f') },
  ];
  for (const [i, target] of taken.entries()) await room.create(`t${i}`, { Target: { RoleArn: ROLE, ...target } });
});
