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

test('ListReplays by name, state or archive', async () => {
  for (const ArchiveName of ['a', 'b']) await room.call('CreateArchive', { ArchiveName, EventSourceArn: bus });
  const arn = (name: string) => `arn:aws:events:us-east-1:${ACCOUNT}:archive/${name}`;
  const times = { EventStartTime: new Date(0), EventEndTime: new Date(1) };
  for (const [ReplayName, archive] of [
    ['r2', 'a'],
    ['r1', 'b'],
    ['other', 'a'],
  ] as const) {
    await room.call('StartReplay', { ReplayName, EventSourceArn: arn(archive), Destination: { Arn: bus }, ...times });
  }
  const names = async (input: object) => {
    const { Replays } = await room.call('ListReplays', input);
    return (Replays as { ReplayName: string }[]).map(({ ReplayName }) => ReplayName).join();
  };
  assert.equal(await names({}), 'other,r1,r2');
  assert.equal(await names({ NamePrefix: 'r' }), 'r1,r2');
  assert.equal(await names({ EventSourceArn: arn('b') }), 'r1');
  assert.equal(await names({ State: 'STARTING' }), 'other,r1,r2');
  assert.equal(await names({ State: 'COMPLETED' }), '');
  const { NextToken } = await room.call('ListReplays', { Limit: 1 });
  assert.equal(await names({ NextToken }), 'r1,r2');
  await refused(room.call('ListReplays', { State: 'STARTING', NamePrefix: 'r' }), 'ValidationException');
});
