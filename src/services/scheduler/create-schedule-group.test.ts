import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';
import { openScheduler, type SchedulerRoom } from '../../../test/support/scheduler-room.ts';

let room: SchedulerRoom;
before(async () => {
  room = await openScheduler();
});
after(() => room.close());

test('CreateScheduleGroup makes a group, once', async () => {
  const arn = `arn:aws:scheduler:us-east-1:${ACCOUNT}:schedule-group/g`;
  const Tags = [{ Key: 'k', Value: 'v' }];
  assert.deepEqual(await room.call('CreateScheduleGroup', { Name: 'g', ClientToken: 'a', Tags }), { ScheduleGroupArn: arn });
  assert.deepEqual(await room.call('CreateScheduleGroup', { Name: 'g', ClientToken: 'a' }), { ScheduleGroupArn: arn });
  assert.deepEqual((await room.call('ListTagsForResource', { ResourceArn: arn })).Tags, Tags);
  for (const input of [{ Name: 'g', ClientToken: 'b' }, { Name: 'default' }]) {
    const error = await refused(room.call('CreateScheduleGroup', input), 'ConflictException');
    assert.deepEqual([error.status, error.message], [409, `Schedule group ${input.Name} already exists.`]);
  }
});
