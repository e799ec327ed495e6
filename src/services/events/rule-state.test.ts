import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';
import { timers } from '../../model/index.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

test('a rule is disabled and enabled, and its schedule begins anew', async () => {
  const { RuleArn } = await room.call('PutRule', { Name: 'r', ScheduleExpression: 'rate(1 hour)' });
  const timer = () => room.read.get(timers, [RuleArn]);
  assert.ok(await timer());
  await room.call('DisableRule', { Name: 'r' });
  assert.equal((await room.call('DescribeRule', { Name: 'r' })).State, 'DISABLED');
  assert.equal(await timer(), undefined);
  await room.call('EnableRule', { Name: 'r' }, { now: room.clock.now() + 1000 });
  assert.equal((await room.call('DescribeRule', { Name: 'r' })).State, 'ENABLED');
  assert.equal((await timer())?.due, room.clock.now() + 3_601_000);
});

test('a rule that is not there is neither', async () => {
  for (const operation of ['EnableRule', 'DisableRule']) {
    await refused(room.call(operation, { Name: 'x' }), 'ResourceNotFoundException');
    await refused(
      room.call(operation, { Name: 'x', EventBusName: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/b` }),
      'ResourceNotFoundException',
    );
  }
});
