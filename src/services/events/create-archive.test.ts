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

test('an archive keeps what matches from then on', async () => {
  const put = (Detail: string) => room.call('PutEvents', { Entries: [{ Source: 'shop', DetailType: 'Order', Detail }] });
  await put('{"n":0}');
  const made = await room.call('CreateArchive', {
    ArchiveName: 'a',
    EventSourceArn: bus,
    EventPattern: '{"detail":{"n":[1,2]}}',
  });
  const ArchiveArn = `arn:aws:events:us-east-1:${ACCOUNT}:archive/a`;
  assert.deepEqual(made, { ArchiveArn, State: 'ENABLED', CreationTime: new Date(room.clock.now()) });
  for (const n of [1, 2, 3]) await put(`{"n":${n}}`);
  const { EventCount, SizeBytes } = await room.call('DescribeArchive', { ArchiveName: 'a' });
  assert.deepEqual([EventCount, SizeBytes], [2, 2 * (14 + 'shopOrder{"n":1}'.length)]);
});

test('what cannot be an archive is refused', async () => {
  const create = (input: object) => room.call('CreateArchive', { ArchiveName: 'x', EventSourceArn: bus, ...input });
  const unknown = await refused(create({ EventSourceArn: bus.replace('default', 'none') }), 'ResourceNotFoundException');
  assert.equal(unknown.message, 'Event bus none does not exist.');
  const twice = await refused(create({ ArchiveName: 'a' }), 'ResourceAlreadyExistsException');
  assert.equal(twice.message, 'Archive a already exists.');
  await refused(create({ EventPattern: '{' }), 'InvalidEventPatternException');
  await refused(create({ KmsKeyIdentifier: 'key' }), 'NotImplemented');
});
