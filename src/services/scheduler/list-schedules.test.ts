import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';
import { openScheduler, QUEUE, ROLE, SCHEDULER_NOW, type SchedulerRoom } from '../../../test/support/scheduler-room.ts';

let room: SchedulerRoom;
before(async () => {
  room = await openScheduler();
});
after(() => room.close());

test('ListSchedules by group and name, filtered and paged', async () => {
  await room.call('CreateScheduleGroup', { Name: 'a' });
  for (const name of ['b1', 'b2', 'c']) await room.create(name);
  await room.create('b3', { GroupName: 'a', State: 'DISABLED' });
  const names = async (input: object): Promise<readonly [string, string | undefined]> => {
    const { Schedules, NextToken } = await room.call('ListSchedules', input);
    return [(Schedules as { GroupName: string; Name: string }[]).map((one) => `${one.GroupName}/${one.Name}`).join(), NextToken];
  };
  assert.deepEqual(await names({}), ['a/b3,default/b1,default/b2,default/c', undefined]);
  assert.deepEqual(await names({ NamePrefix: 'b' }), ['a/b3,default/b1,default/b2', undefined]);
  assert.deepEqual(await names({ GroupName: 'default', NamePrefix: 'b' }), ['default/b1,default/b2', undefined]);
  assert.deepEqual(await names({ State: 'DISABLED' }), ['a/b3', undefined]);
  for (const GroupName of [undefined, 'default']) {
    const [first, NextToken] = await names({ GroupName, MaxResults: 2 });
    const [second, end] = await names({ GroupName, MaxResults: 2, NextToken });
    const all = 'default/b1,default/b2,default/c';
    assert.deepEqual([`${first},${second}`, end], [GroupName ? all : `a/b3,${all}`, undefined]);
  }
  const [first] = (await room.call('ListSchedules', { NamePrefix: 'c' })).Schedules;
  const at = new Date(SCHEDULER_NOW);
  const arn = `arn:aws:scheduler:us-east-1:${ACCOUNT}:schedule/default/c`;
  const shown = { Arn: arn, Name: 'c', GroupName: 'default', State: 'ENABLED', CreationDate: at, LastModificationDate: at };
  assert.deepEqual(first, { ...shown, Target: { Arn: QUEUE } });
  await refused(room.call('ListSchedules', { GroupName: 'none' }), 'ResourceNotFoundException');
  await refused(room.call('ListSchedules', { NextToken: ROLE }), 'ValidationException');
});

test('a prefix is found among many', async () => {
  await room.call('CreateScheduleGroup', { Name: 'many' });
  for (const name of ['aa', 'ab1', 'ab2', 'ab3', 'ac', 'b']) await room.create(name, { GroupName: 'many' });
  const ask = async (more: object) => {
    const { Schedules, NextToken } = await room.call('ListSchedules', { GroupName: 'many', NamePrefix: 'ab', ...more });
    return { names: (Schedules as { Name: string }[]).map(({ Name }) => Name).join(), NextToken };
  };
  assert.deepEqual(await ask({}), { names: 'ab1,ab2,ab3', NextToken: undefined });
  const first = await ask({ MaxResults: 2 });
  assert.deepEqual([first.names, await ask({ NextToken: first.NextToken })], ['ab1,ab2', { names: 'ab3', NextToken: undefined }]);
});
