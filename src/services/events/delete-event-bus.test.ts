import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

test('DeleteEventBus removes a bus without rules, and is content without a bus', async () => {
  await room.call('CreateEventBus', { Name: 'b' });
  await room.call('PutRule', { Name: 'r', EventBusName: 'b', EventPattern: '{"a":[1]}' });
  await refused(room.call('DeleteEventBus', { Name: 'b' }), 'ValidationException');
  await room.call('DeleteRule', { Name: 'r', EventBusName: 'b' });
  assert.deepEqual(await room.call('DeleteEventBus', { Name: 'b' }), {});
  assert.deepEqual(await room.call('DeleteEventBus', { Name: 'b' }), {});
  const error = await refused(room.call('DeleteEventBus', { Name: 'default' }), 'ValidationException');
  assert.equal(error.message, 'Cannot delete event bus default.');
  assert.deepEqual(await room.call('DeleteEventBus', { Name: `arn:aws:events:eu-west-1:${ACCOUNT}:event-bus/x` }), {});
});

test('an archive stays when its bus is deleted, and goes on with a bus of that name', async () => {
  await room.call('CreateEventBus', { Name: 'kept' });
  const EventSourceArn = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/kept`;
  await room.call('CreateArchive', { ArchiveName: 'a', EventSourceArn });
  await room.call('DeleteEventBus', { Name: 'kept' });
  await room.call('CreateEventBus', { Name: 'kept' });
  await room.call('PutEvents', { Entries: [{ Source: 's', DetailType: 'd', Detail: '{}', EventBusName: 'kept' }] });
  assert.equal((await room.call('DescribeArchive', { ArchiveName: 'a' })).EventCount, 1);
});
