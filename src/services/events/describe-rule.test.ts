import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

test('DescribeRule shows all that was said of a rule', async () => {
  const said = { Name: 'r', EventPattern: '{"a":[1]}', Description: 'd', RoleArn: `arn:aws:iam::${ACCOUNT}:role/r` };
  const { RuleArn } = await room.call('PutRule', { ...said, ScheduleExpression: 'rate(1 day)' });
  assert.deepEqual(await room.call('DescribeRule', { Name: 'r' }), {
    ...said,
    ...{ ScheduleExpression: 'rate(1 day)', Arn: RuleArn, State: 'ENABLED', EventBusName: 'default', CreatedBy: ACCOUNT },
  });
});

test('DescribeRule of what is not there', async () => {
  const rule = await refused(room.call('DescribeRule', { Name: 'x' }), 'ResourceNotFoundException');
  assert.equal(rule.message, 'Rule x does not exist on EventBus default.');
  const bus = await refused(room.call('DescribeRule', { Name: 'x', EventBusName: 'b' }), 'ResourceNotFoundException');
  assert.equal(bus.message, 'Event bus b does not exist.');
});
