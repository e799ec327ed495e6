import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

const bus = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;

test('UpdateArchive changes what is given', async () => {
  await room.call('CreateArchive', { ArchiveName: 'a', EventSourceArn: bus, Description: 'd', RetentionDays: 1 });
  const { ArchiveArn } = await room.call('UpdateArchive', { ArchiveName: 'a', EventPattern: '{"a":[1]}' });
  const shown = await room.call('DescribeArchive', { ArchiveName: 'a' });
  assert.deepEqual(
    [shown.ArchiveArn, shown.EventPattern, shown.RetentionDays, shown.Description],
    [ArchiveArn, '{"a":[1]}', 1, 'd'],
  );
  const nothing = await refused(room.call('UpdateArchive', { ArchiveName: 'a' }), 'ValidationException');
  assert.equal(nothing.message, 'At least one of EventPattern, RetentionDays or Description must be provided.');
  await refused(room.call('UpdateArchive', { ArchiveName: 'x', RetentionDays: 2 }), 'ResourceNotFoundException');
});
