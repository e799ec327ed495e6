import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

test('ListTargetsByRule goes through the targets of a rule by id', async () => {
  await room.call('PutRule', { Name: 'r', EventPattern: '{"a":[1]}' });
  const Targets = ['1', '2', '3'].map((Id) => ({ Id, Arn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`, Input: '{"a":1}' }));
  await room.call('PutTargets', { Rule: 'r', Targets });
  const first = await room.call('ListTargetsByRule', { Rule: 'r', Limit: 2 });
  assert.deepEqual(first.Targets, Targets.slice(0, 2));
  assert.deepEqual(await room.call('ListTargetsByRule', { Rule: 'r', NextToken: first.NextToken }), {
    Targets: Targets.slice(2),
  });
  await refused(room.call('ListTargetsByRule', { Rule: 'x' }), 'ResourceNotFoundException');
});
