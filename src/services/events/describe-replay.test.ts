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

test('DescribeReplay shows a replay', async () => {
  await room.call('CreateArchive', { ArchiveName: 'a', EventSourceArn: bus });
  const EventSourceArn = `arn:aws:events:us-east-1:${ACCOUNT}:archive/a`;
  const [EventStartTime, EventEndTime] = [new Date(1000), new Date(2000)];
  const said = { ReplayName: 'r', EventSourceArn, EventStartTime, EventEndTime };
  const started = await room.call('StartReplay', { ...said, Destination: { Arn: bus } });
  const Destination = { Arn: bus, FilterArns: [] };
  assert.deepEqual(await room.call('DescribeReplay', { ReplayName: 'r' }), { ...said, ...started, Destination });
  const error = await refused(room.call('DescribeReplay', { ReplayName: 'x' }), 'ResourceNotFoundException');
  assert.equal(error.message, 'Replay x does not exist.');
});
