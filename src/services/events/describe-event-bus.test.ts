import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

test('the default bus is always there', async () => {
  const arn = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;
  assert.deepEqual(await room.call('DescribeEventBus'), { Name: 'default', Arn: arn });
  assert.deepEqual(await room.call('DescribeEventBus', { Name: arn }), { Name: 'default', Arn: arn });
});

test('a bus shows what was said of it, and when it was made', async () => {
  await room.call('CreateEventBus', { Name: 'b', Description: 'd' });
  const shown = await room.call('DescribeEventBus', { Name: 'b' });
  const at = new Date(room.clock.now());
  const arn = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/b`;
  assert.deepEqual(shown, { Name: 'b', Arn: arn, Description: 'd', CreationTime: at, LastModifiedTime: at });
  const error = await refused(room.call('DescribeEventBus', { Name: 'x' }), 'ResourceNotFoundException');
  assert.equal(error.message, 'Event bus x does not exist.');
  await refused(room.call('DescribeEventBus', { Name: 'b' }, { region: 'eu-west-1' }), 'ResourceNotFoundException');
});
