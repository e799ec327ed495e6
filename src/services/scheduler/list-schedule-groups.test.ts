import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { openScheduler, type SchedulerRoom } from '../../../test/support/scheduler-room.ts';

let room: SchedulerRoom;
before(async () => {
  room = await openScheduler();
});
after(() => room.close());

test('ListScheduleGroups shows the default group among the others, by name', async () => {
  for (const Name of ['z', 'a1', 'a2']) await room.call('CreateScheduleGroup', { Name });
  const names = async (input: object): Promise<readonly [string, string | undefined]> => {
    const { ScheduleGroups, NextToken } = await room.call('ListScheduleGroups', input);
    return [(ScheduleGroups as { Name: string }[]).map(({ Name }) => Name).join(), NextToken];
  };
  assert.deepEqual(await names({}), ['a1,a2,default,z', undefined]);
  assert.deepEqual(await names({ NamePrefix: 'a' }), ['a1,a2', undefined]);
  const [first, NextToken] = await names({ MaxResults: 3 });
  assert.equal(first, 'a1,a2,default');
  assert.deepEqual(await names({ MaxResults: 3, NextToken }), ['z', undefined]);
  await refused(room.call('ListScheduleGroups', { NextToken: 'x' }), 'ValidationException');
});
