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

test('ListArchives by name, of one bus or all', async () => {
  await room.call('CreateEventBus', { Name: 'other' });
  const other = bus.replace('default', 'other');
  for (const ArchiveName of ['b', 'a1', 'a2']) {
    await room.call('CreateArchive', { ArchiveName, EventSourceArn: ArchiveName === 'b' ? other : bus, RetentionDays: 1 });
  }
  const names = async (input: object) => {
    const { Archives } = await room.call('ListArchives', input);
    return (Archives as { ArchiveName: string }[]).map(({ ArchiveName }) => ArchiveName).join();
  };
  assert.equal(await names({}), 'a1,a2,b');
  assert.equal(await names({ NamePrefix: 'a' }), 'a1,a2');
  assert.equal(await names({ EventSourceArn: other }), 'b');
  assert.equal(await names({ State: 'ENABLED' }), 'a1,a2,b');
  assert.equal(await names({ State: 'DISABLED' }), '');
  const { NextToken } = await room.call('ListArchives', { Limit: 2 });
  assert.equal(await names({ Limit: 2, NextToken }), 'b');
  const [first] = (await room.call('ListArchives', { NamePrefix: 'b' })).Archives;
  assert.deepEqual(first, {
    ...{ ArchiveName: 'b', EventSourceArn: other, State: 'ENABLED', RetentionDays: 1, SizeBytes: 0, EventCount: 0 },
    CreationTime: new Date(room.clock.now()),
  });
  await refused(room.call('ListArchives', { NamePrefix: 'a', State: 'ENABLED' }), 'ValidationException');
  await refused(room.call('ListArchives', { EventSourceArn: bus.replace('default', 'x') }), 'ResourceNotFoundException');
});
