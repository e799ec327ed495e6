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

test('CancelReplay ends a replay that goes on, once', async () => {
  await room.call('CreateArchive', { ArchiveName: 'a', EventSourceArn: bus });
  await room.call('PutEvents', { Entries: [{ Source: 's', DetailType: 'd', Detail: '{}' }] });
  const EventSourceArn = `arn:aws:events:us-east-1:${ACCOUNT}:archive/a`;
  const times = { EventStartTime: new Date(0), EventEndTime: new Date(room.clock.now() + 1) };
  await room.call('StartReplay', { ReplayName: 'r', EventSourceArn, Destination: { Arn: bus }, ...times });
  const { State, ReplayArn } = await room.call('CancelReplay', { ReplayName: 'r' });
  assert.deepEqual([State, ReplayArn], ['CANCELLING', `arn:aws:events:us-east-1:${ACCOUNT}:replay/r`]);
  assert.equal((await room.call('DescribeReplay', { ReplayName: 'r' })).State, 'CANCELLED');
  await room.background.start();
  await room.clock.advance(1000);
  assert.equal((await room.events()).length, 1);
  const again = await refused(room.call('CancelReplay', { ReplayName: 'r' }), 'IllegalStatusException');
  assert.equal(again.message, 'Replay r is not in a valid state for this operation.');
  await refused(room.call('CancelReplay', { ReplayName: 'x' }), 'ResourceNotFoundException');
});
