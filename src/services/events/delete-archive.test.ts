import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';
import { archivedEvents } from './archives.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

const bus = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;

test('DeleteArchive: nothing more is kept, what was kept goes, and another of that name begins empty', async () => {
  const put = () => room.call('PutEvents', { Entries: [{ Source: 's', DetailType: 'd', Detail: '{}' }] });
  const create = () => room.call('CreateArchive', { ArchiveName: 'a', EventSourceArn: bus });
  await create();
  await put();
  assert.deepEqual(await room.call('DeleteArchive', { ArchiveName: 'a' }), {});
  await put();
  assert.equal(await room.read.count(archivedEvents, []), 1);
  await room.clock.advance(1);
  await create();
  await put();
  assert.equal((await room.call('DescribeArchive', { ArchiveName: 'a' })).EventCount, 1);
  await room.background.start();
  await room.until(async () => (await room.read.count(archivedEvents, [])) === 1);
  await refused(room.call('DeleteArchive', { ArchiveName: 'x' }), 'ResourceNotFoundException');
});
