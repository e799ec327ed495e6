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

test('an update replaces everything, and a rate that stays keeps its rhythm', async () => {
  const { ScheduleArn } = await room.create('s', { Description: 'd', ActionAfterCompletion: 'DELETE' });
  assert.equal(ScheduleArn, scheduleArn({ account: ACCOUNT, region: 'us-east-1', group: 'default', name: 's' }));
  const now = SCHEDULER_NOW + 60_000;
  const update = (more: object = {}) => room.call('UpdateSchedule', { ...plain, Name: 's', ...more }, { now });
  const due = async () => (await room.read.get(timers, [ScheduleArn]))?.due;
  assert.deepEqual(await update(), { ScheduleArn });
  const shown = await room.call('GetSchedule', { Name: 's' });
  assert.deepEqual([shown.Description, shown.ActionAfterCompletion], [undefined, 'NONE']);
  assert.deepEqual([shown.CreationDate.getTime(), shown.LastModificationDate.getTime()], [SCHEDULER_NOW, now]);
  assert.equal(await due(), SCHEDULER_NOW + 300_000);
  await update({ ScheduleExpression: 'rate(1 hour)' });
  assert.equal(await due(), now + 3_600_000);
  await update({ State: 'DISABLED' });
  assert.equal(await due(), undefined);
});

test('what is not there cannot be updated, and what is no schedule does not replace one', async () => {
  const missing = await refused(room.call('UpdateSchedule', { ...plain, Name: 'x' }), 'ResourceNotFoundException');
  assert.deepEqual([missing.status, missing.message], [404, 'Schedule x does not exist.']);
  await refused(room.call('UpdateSchedule', { ...plain, Name: 's', ScheduleExpression: 'rate(0 days)' }), 'ValidationException');
  await refused(
    room.call('UpdateSchedule', { ...plain, Name: 's', Target: { Arn: QUEUE, RoleArn: `${ROLE}x` } }),
    'ValidationException',
  );
});
