import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

test('RemoveTargets takes those that are there', async () => {
  await room.call('PutRule', { Name: 'r', EventPattern: '{"a":[1]}' });
  const Arn = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`;
  await room.call('PutTargets', { Rule: 'r', Targets: ['1', '2'].map((Id) => ({ Id, Arn })) });
  const answer = await room.call('RemoveTargets', { Rule: 'r', Ids: ['1', 'x'] });
  assert.deepEqual(answer, { FailedEntryCount: 0, FailedEntries: [] });
  assert.deepEqual((await room.call('ListTargetsByRule', { Rule: 'r' })).Targets, [{ Id: '2', Arn }]);
  await refused(room.call('RemoveTargets', { Rule: 'x', Ids: ['1'] }), 'ResourceNotFoundException');
});
