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

const DAY = 86_400_000;

test('what is older than an archive keeps it goes, and nothing else', async () => {
  const put = () => room.call('PutEvents', { Entries: Array(10).fill({ Source: 's', DetailType: 'd', Detail: '{}' }) });
  await room.call('CreateArchive', { ArchiveName: 'short', EventSourceArn: bus, RetentionDays: 1 });
  await room.call('CreateArchive', { ArchiveName: 'long', EventSourceArn: bus });
  for (let i = 0; i < 15; i++) await put();
  await room.clock.advance(DAY + 1);
  await put();
  await room.background.start();
  await room.until(async () => (await room.read.count(archivedEvents, [])) <= 170);
  const count = async (ArchiveName: string) => (await room.call('DescribeArchive', { ArchiveName })).EventCount;
  assert.deepEqual([await count('short'), await count('long'), await room.read.count(archivedEvents, [])], [10, 160, 170]);
});

test('replays are forgotten ninety days after their end', async () => {
  const EventSourceArn = `arn:aws:events:us-east-1:${ACCOUNT}:archive/long`;
  const times = { EventStartTime: new Date(0), EventEndTime: new Date(1) };
  await room.call('StartReplay', { ReplayName: 'r', EventSourceArn, Destination: { Arn: bus }, ...times });
  const there = async () => (await room.call('ListReplays')).Replays.length;
  await room.until(async () => (await room.call('DescribeReplay', { ReplayName: 'r' })).State === 'COMPLETED');
  assert.equal(await there(), 1);
  await room.background.stop(AbortSignal.timeout(1000));
  await room.clock.advance(91 * DAY);
  await room.background.start();
  await room.until(async () => (await there()) === 0);
  assert.equal(await there(), 0);
  await refused(room.call('DescribeReplay', { ReplayName: 'r' }), 'ResourceNotFoundException');
});
