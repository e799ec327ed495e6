import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';
import { openScheduler, plain, QUEUE, ROLE, SCHEDULER_NOW, type SchedulerRoom } from '../../../test/support/scheduler-room.ts';

let room: SchedulerRoom;
before(async () => {
  room = await openScheduler();
});
after(() => room.close());

test('GetSchedule shows all that was said, and AWS’s defaults', async () => {
  const { ScheduleArn } = await room.create('s');
  const at = new Date(SCHEDULER_NOW);
  assert.deepEqual(await room.call('GetSchedule', { Name: 's' }), {
    ...{ Arn: ScheduleArn, GroupName: 'default', Name: 's', ScheduleExpression: 'rate(5 minutes)' },
    ...{ ScheduleExpressionTimezone: 'UTC', State: 'ENABLED', CreationDate: at, LastModificationDate: at },
    ...{ FlexibleTimeWindow: { Mode: 'OFF' }, ActionAfterCompletion: 'NONE' },
    Target: { ...plain.Target, RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
  });
  const said = {
    ...{ ScheduleExpression: 'at(2026-07-01T10:00:00)', ScheduleExpressionTimezone: 'Europe/Berlin', Description: 'd' },
    ...{ StartDate: new Date(SCHEDULER_NOW), EndDate: new Date(SCHEDULER_NOW * 2), State: 'DISABLED' },
    ...{ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 }, ActionAfterCompletion: 'DELETE' },
    Target: {
      ...{ Arn: QUEUE, RoleArn: ROLE, Input: 'hello', DeadLetterConfig: { Arn: `${QUEUE}-dead` } },
      RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
    },
  };
  await room.call('CreateScheduleGroup', { Name: 'g' });
  const made = await room.create('full', { ...said, GroupName: 'g' });
  assert.deepEqual(await room.call('GetSchedule', { Name: 'full', GroupName: 'g' }), {
    ...said,
    ...{ Arn: made.ScheduleArn, GroupName: 'g', Name: 'full', CreationDate: at, LastModificationDate: at },
  });
  const error = await refused(room.call('GetSchedule', { Name: 'full' }), 'ResourceNotFoundException');
  assert.deepEqual([error.status, error.message], [404, 'Schedule full does not exist.']);
  await refused(room.call('GetSchedule', { Name: 's' }, { account: '1'.repeat(12) }), 'ResourceNotFoundException');
  assert.match(made.ScheduleArn, new RegExp(`^arn:aws:scheduler:us-east-1:${ACCOUNT}:schedule/g/full$`));
});
