import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DueSchedule, type ScheduleTarget, scheduleTarget } from './schedule-targets.ts';

const ACCOUNT = '000000000000';
const arn = `arn:aws:scheduler:us-east-1:${ACCOUNT}:schedule/default/s`;
const role = `arn:aws:iam::${ACCOUNT}:role/r`;
const to = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`;
const due = (target: Partial<ScheduleTarget>): DueSchedule => ({
  ...{ arn, account: ACCOUNT, region: 'us-east-1', scheduledTime: Date.UTC(2026, 0, 1), executionId: 'x1' },
  target: { Arn: to('sqs', 'q'), RoleArn: role, ...target },
});

test('without Input a target gets a notification', () => {
  const { payload, caller, action, subscriber, policy } = scheduleTarget(due({}));
  assert.deepEqual(JSON.parse(payload(1)), {
    ...{ version: '0', id: 'x1', 'detail-type': 'Scheduled Event', source: 'aws.scheduler', account: ACCOUNT },
    ...{ time: '2026-01-01T00:00:00Z', region: 'us-east-1', resources: [arn], detail: '{}' },
  });
  assert.deepEqual([caller, action, subscriber], [{ role }, 'sqs:SendMessage', `schedule:${arn}`]);
  assert.deepEqual([policy.maxRetries, policy.maxAgeMs], [185, 86_400_000]);
});

test('Input is sent as it is, but for what is known of the execution', () => {
  const known = ['schedule-arn', 'scheduled-time', 'execution-id', 'attempt-number', 'other'];
  const Input = known.map((name) => `<aws.scheduler.${name}>`).join(' ');
  assert.equal(scheduleTarget(due({ Input })).payload(3), `${arn} 2026-01-01T00:00:00Z x1 3 <aws.scheduler.other>`);
  assert.equal(scheduleTarget(due({ Input: 'plain' })).payload(1), 'plain');
});

test('each kind of target has its own parts', () => {
  const fifo = scheduleTarget(due({ Arn: to('sqs', 'q.fifo'), Input: 'x', SqsParameters: { MessageGroupId: 'g' } }));
  assert.deepEqual(fifo.item(1), { groupId: 'g', body: 'x', caller: { role } });
  const stream = scheduleTarget(due({ Arn: to('kinesis', 'stream/s'), Input: 'x', KinesisParameters: { PartitionKey: 'k' } }));
  assert.deepEqual([stream.item(1).partitionKey, stream.action], ['k', 'kinesis:PutRecord']);
  const parameters = { Source: 'my', DetailType: 'Due' };
  const bus = scheduleTarget(
    due({ Arn: to('events', 'event-bus/default'), Input: '{"a":1}', EventBridgeParameters: parameters }),
  );
  assert.deepEqual(bus.item(1), { source: 'my', detailType: 'Due', resources: [arn], body: '{"a":1}', caller: { role } });
  const topic = scheduleTarget(due({ Arn: to('sns', 't'), Input: 'x' }));
  assert.deepEqual([topic.target.kind, topic.item(1)], ['topic', { body: 'x', caller: { role } }]);
});

test('what was given up becomes a dead letter', () => {
  const setting = { Input: 'x', DeadLetterConfig: { Arn: to('sqs', 'dead') }, RetryPolicy: { MaximumRetryAttempts: 2 } };
  const { deadLetter, policy } = scheduleTarget(due(setting));
  assert.equal(policy.maxRetries, 2);
  const { body, attributes } = deadLetter!.item({ reason: 'RetriesExhausted', error: 'busy', attempts: 3 });
  assert.equal(body, 'x');
  const texts = Object.fromEntries(Object.entries(attributes!).map(([name, { value }]) => [name, value]));
  assert.deepEqual(texts, {
    ...{ SCHEDULE_ARN: arn, TARGET_ARN: to('sqs', 'q'), SCHEDULED_TIME: '2026-01-01T00:00:00Z', EXECUTION_ID: 'x1' },
    ...{ ERROR_CODE: 'SDK_CLIENT_ERROR', ERROR_MESSAGE: 'busy', EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts' },
    RETRY_ATTEMPTS: '2',
  });
});
