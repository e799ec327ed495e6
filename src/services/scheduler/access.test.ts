import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ACCOUNT, contextOf } from '../../../test/support/s3-room.ts';
import { openScheduler, plain, ROLE, type SchedulerRoom } from '../../../test/support/scheduler-room.ts';

let room: SchedulerRoom;
before(async () => {
  room = await openScheduler();
});
after(() => room.close());

const ask = async (operation: string, input: object) => room.access(operation, input as Record<string, unknown>, contextOf());
const on = async (operation: string, input: object) => {
  const [first] = await ask(operation, input);
  return `${first!.action} ${first!.resource}`;
};
const arn = (resource: string) => `arn:aws:scheduler:us-east-1:${ACCOUNT}:${resource}`;

test('each operation asks its action on its resource', async () => {
  assert.equal(await on('GetSchedule', { Name: 's' }), `scheduler:GetSchedule ${arn('schedule/default/s')}`);
  assert.equal(await on('DeleteSchedule', { Name: 's', GroupName: 'g' }), `scheduler:DeleteSchedule ${arn('schedule/g/s')}`);
  assert.equal(await on('CreateScheduleGroup', { Name: 'g' }), `scheduler:CreateScheduleGroup ${arn('schedule-group/g')}`);
  assert.equal(await on('ListSchedules', { GroupName: 'g' }), 'scheduler:ListSchedules *');
  assert.equal(await on('ListTagsForResource', { ResourceArn: 'x' }), 'scheduler:ListTagsForResource x');
});

test('the role must be allowed to be passed on', async () => {
  const [, pass] = await ask('CreateSchedule', { ...plain, Name: 's' });
  assert.deepEqual(pass, {
    action: 'iam:PassRole',
    resource: ROLE,
    context: { 'iam:passedtoservice': 'scheduler.amazonaws.com' },
  });
  const [tagged] = await ask('TagResource', { ResourceArn: 'x', Tags: [{ Key: 'K', Value: 'v' }] });
  assert.deepEqual(tagged!.context, { 'aws:requesttag/k': 'v', 'aws:tagkeys': ['K'] });
});
