import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
  await room.call('PutRule', { Name: 'r', EventPattern: '{"source":["shop"]}' });
});
after(() => room.close());

const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`;
const queue = arn('sqs', 'q');
const role = `arn:aws:iam::${ACCOUNT}:role/r`;
const put = (...Targets: object[]) => room.call('PutTargets', { Rule: 'r', Targets });

test('targets are added, replaced and listed as they were given', async () => {
  const one = {
    Id: '1',
    Arn: queue,
    InputPath: '$.detail',
    RetryPolicy: { MaximumRetryAttempts: 3 },
    DeadLetterConfig: { Arn: arn('sqs', 'dead') },
  };
  assert.deepEqual(await put(one, { Id: '2', Arn: arn('lambda', 'function:f') }), { FailedEntryCount: 0, FailedEntries: [] });
  await put({ Id: '2', Arn: arn('sns', 't') });
  const { Targets } = await room.call('ListTargetsByRule', { Rule: 'r' });
  assert.deepEqual(Targets, [one, { Id: '2', Arn: arn('sns', 't') }]);
});

test('all kinds that are carried to', async () => {
  await put({ Id: '1', Arn: arn('kinesis', 'stream/s'), RoleArn: role, KinesisParameters: { PartitionKeyPath: '$.id' } });
  await put({ Id: '1', Arn: arn('events', 'event-bus/other'), RoleArn: role });
  await put({ Id: '1', Arn: arn('logs', 'log-group:/g') });
  await put({ Id: '1', Arn: arn('sqs', 'q.fifo'), SqsParameters: { MessageGroupId: 'g' } });
});

test('what cannot be a target is refused, and nothing of the call is kept', async () => {
  const before = await room.call('ListTargetsByRule', { Rule: 'r' });
  const says = async (target: object, code: string, text: string) => {
    const error = await refused(put({ Id: 'ok', Arn: queue }, { Id: 'x', Arn: queue, ...target }), code);
    assert.ok(error.message.includes(text), error.message);
  };
  const invalid = 'ValidationException';
  await says({ Arn: 'queue' }, invalid, 'Parameter queue is not valid. Reason: Provided Arn is not in correct format.');
  await says({ Arn: arn('states', 'stateMachine:m') }, 'NotImplemented', 'x: targets of the service states');
  await says({ Arn: 'arn:aws:s3:::bucket' }, 'NotImplemented', 'x: targets of the service s3');
  await says({ EcsParameters: { TaskDefinitionArn: 'x' } }, 'NotImplemented', 'x: EcsParameters');
  await says({ HttpParameters: {} }, 'NotImplemented', 'x: HttpParameters');
  await says(
    { Input: '{}', InputPath: '$' },
    invalid,
    'Only one of Input, InputPath, or InputTransformer must be provided for target x.',
  );
  await says(
    { InputTransformer: { InputTemplate: '"<a>"' } },
    invalid,
    'InputTemplate for target x contains invalid placeholder a.',
  );
  await says({ Arn: arn('sqs', 'q.fifo') }, invalid, 'Parameter(s) SqsParameters must be specified for target: x.');
  const stranger = `arn:aws:iam::${ACCOUNT}:role/stranger`;
  const unknown = `Provided role '${stranger}' cannot be assumed by principal 'events.amazonaws.com'.`;
  await says({ Arn: arn('events', 'event-bus/other'), RoleArn: stranger }, invalid, unknown);
  await says({ Arn: arn('kinesis', 'stream/s') }, invalid, `RoleArn is required for target ${arn('kinesis', 'stream/s')}.`);
  await says(
    { Arn: arn('events', 'event-bus/b'), Input: '{}' },
    'NotImplemented',
    'Input, InputPath or InputTransformer of an event bus',
  );
  await says({ DeadLetterConfig: { Arn: arn('sqs', 'd.fifo') } }, invalid, 'standard SQS queue');
  assert.deepEqual(await room.call('ListTargetsByRule', { Rule: 'r' }), before);
  const error = await refused(
    room.call('PutTargets', { Rule: 'none', Targets: [{ Id: '1', Arn: queue }] }),
    'ResourceNotFoundException',
  );
  assert.equal(error.message, 'Rule none does not exist on EventBus default.');
});

test('a rule has at most five targets', async () => {
  await room.call('PutRule', { Name: 'five', EventPattern: '{"a":[1]}' });
  const targets = ['1', '2', '3', '4', '5'].map((Id) => ({ Id, Arn: queue }));
  await room.call('PutTargets', { Rule: 'five', Targets: targets });
  await room.call('PutTargets', { Rule: 'five', Targets: targets.slice(0, 1) });
  const error = await refused(
    room.call('PutTargets', { Rule: 'five', Targets: [{ Id: '6', Arn: queue }] }),
    'LimitExceededException',
  );
  assert.equal(error.message, 'The requested resource exceeds the maximum number allowed.');
});
