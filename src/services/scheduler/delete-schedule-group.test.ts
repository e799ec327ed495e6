import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { openScheduler, plain, type SchedulerRoom } from '../../../test/support/scheduler-room.ts';
import { timers } from '../../model/index.ts';

let room: SchedulerRoom;
before(async () => {
  room = await openScheduler();
});
after(() => room.close());

test('a group that is deleted takes its schedules with it', async () => {
  await room.call('CreateScheduleGroup', { Name: 'g' });
  for (let i = 0; i < 210; i++) await room.create(`s${i}`, { GroupName: 'g' });
  await room.create('stays');
  assert.deepEqual(await room.call('DeleteScheduleGroup', { Name: 'g' }), {});
  assert.equal((await room.call('GetScheduleGroup', { Name: 'g' })).State, 'DELETING');
  for (const call of [
    room.create('new', { GroupName: 'g' }),
    room.call('UpdateSchedule', { ...plain, Name: 's1', GroupName: 'g' }),
  ]) {
    const error = await refused(call, 'ConflictException');
    assert.equal(error.message, 'Schedule group g is being deleted.');
  }
  await room.background.start();
  await room.until(async () => (await room.read.count(timers, [])) === 1);
  await refused(room.call('GetScheduleGroup', { Name: 'g' }), 'ResourceNotFoundException');
  assert.equal((await room.call('ListSchedules')).Schedules.length, 1);
});

test('a group is deleted at once when the work goes on; the default one stays', async () => {
  await room.call('CreateScheduleGroup', { Name: 'empty' });
  await room.call('DeleteScheduleGroup', { Name: 'empty' });
  await room.until(async () => (await room.call('ListScheduleGroups')).ScheduleGroups.length === 1);
  await refused(room.call('DeleteScheduleGroup', { Name: 'default' }), 'ValidationException');
  await refused(room.call('DeleteScheduleGroup', { Name: 'x' }), 'ResourceNotFoundException');
});
