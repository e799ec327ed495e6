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

test('DescribeArchive shows an archive', async () => {
  const said = { ArchiveName: 'a', Description: 'd', EventPattern: '{"a":[1]}', RetentionDays: 3 };
  const made = await room.call('CreateArchive', { ...said, EventSourceArn: bus });
  assert.deepEqual(await room.call('DescribeArchive', { ArchiveName: 'a' }), {
    ...{ ...said, ...made },
    ...{ EventSourceArn: bus, EventCount: 0, SizeBytes: 0 },
  });
  const error = await refused(room.call('DescribeArchive', { ArchiveName: 'x' }), 'ResourceNotFoundException');
  assert.equal(error.message, 'Archive x does not exist.');
});
