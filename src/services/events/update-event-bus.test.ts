import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

test('UpdateEventBus changes the description', async () => {
  await room.call('CreateEventBus', { Name: 'b', Description: 'd' });
  const now = room.clock.now() + 1000;
  const arn = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/b`;
  const updated = await room.call('UpdateEventBus', { Name: 'b', Description: 'e' }, { now });
  assert.deepEqual(updated, { Arn: arn, Name: 'b', Description: 'e' });
  const shown = await room.call('DescribeEventBus', { Name: 'b' });
  assert.deepEqual([shown.Description, shown.LastModifiedTime.getTime()], ['e', now]);
  await refused(room.call('UpdateEventBus', { Name: 'b', KmsKeyIdentifier: 'key' }), 'NotImplemented');
  await refused(room.call('UpdateEventBus', { Name: 'x' }), 'ResourceNotFoundException');
});
