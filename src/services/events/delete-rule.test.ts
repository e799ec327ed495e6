import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

test('DeleteRule removes a rule without targets, and is content without a rule', async () => {
  await room.call('PutRule', { Name: 'r', ScheduleExpression: 'rate(1 day)' });
  await room.call('PutTargets', { Rule: 'r', Targets: [{ Id: '1', Arn: `arn:aws:sqs:us-east-1:${ACCOUNT}:q` }] });
  const error = await refused(room.call('DeleteRule', { Name: 'r' }), 'ValidationException');
  assert.equal(error.message, "Rule can't be deleted since it has targets.");
  await room.call('RemoveTargets', { Rule: 'r', Ids: ['1'] });
  assert.deepEqual(await room.call('DeleteRule', { Name: 'r' }), {});
  assert.deepEqual(await room.call('DeleteRule', { Name: 'r' }), {});
  await refused(room.call('DescribeRule', { Name: 'r' }), 'ResourceNotFoundException');
  await refused(room.call('DeleteRule', { Name: 'r', EventBusName: 'none' }), 'ResourceNotFoundException');
});
