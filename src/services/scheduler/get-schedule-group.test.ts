import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { openScheduler, SCHEDULER_NOW, type SchedulerRoom } from '../../../test/support/scheduler-room.ts';

let room: SchedulerRoom;
before(async () => {
  room = await openScheduler();
});
after(() => room.close());

test('GetScheduleGroup shows a group', async () => {
  const { ScheduleGroupArn } = await room.call('CreateScheduleGroup', { Name: 'g' });
  const at = new Date(SCHEDULER_NOW);
  const shown = { Arn: ScheduleGroupArn, Name: 'g', State: 'ACTIVE', CreationDate: at, LastModificationDate: at };
  assert.deepEqual(await room.call('GetScheduleGroup', { Name: 'g' }), shown);
  const arn = ScheduleGroupArn.replace('/g', '/default');
  assert.deepEqual(await room.call('GetScheduleGroup', { Name: 'default' }), { Arn: arn, Name: 'default', State: 'ACTIVE' });
  const error = await refused(room.call('GetScheduleGroup', { Name: 'x' }), 'ResourceNotFoundException');
  assert.deepEqual([error.status, error.message], [404, 'Schedule group x does not exist.']);
});
