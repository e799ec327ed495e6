import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { openScheduler, type SchedulerRoom } from '../../../test/support/scheduler-room.ts';
import { timers } from '../../model/index.ts';

let room: SchedulerRoom;
before(async () => {
  room = await openScheduler();
});
after(() => room.close());

test('DeleteSchedule removes a schedule with its timer', async () => {
  await room.create('s');
  assert.equal(await room.read.count(timers, []), 1);
  assert.deepEqual(await room.call('DeleteSchedule', { Name: 's' }), {});
  assert.equal(await room.read.count(timers, []), 0);
  const error = await refused(room.call('DeleteSchedule', { Name: 's' }), 'ResourceNotFoundException');
  assert.equal(error.message, 'Schedule s does not exist.');
  await refused(room.call('DeleteSchedule', { Name: 's', GroupName: 'none' }), 'ResourceNotFoundException');
});
