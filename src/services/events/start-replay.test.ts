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

const archive = `arn:aws:events:us-east-1:${ACCOUNT}:archive/a`;
const put = (n: number) => room.call('PutEvents', { Entries: [{ Source: 'shop', DetailType: 'Order', Detail: `{"n":${n}}` }] });
const start = (ReplayName: string, more: object = {}) =>
  room.call('StartReplay', {
    ...{ ReplayName, EventSourceArn: archive, Destination: { Arn: bus } },
    ...{ EventStartTime: new Date(room.clock.now() - 3_600_000), EventEndTime: new Date(room.clock.now() + 1), ...more },
  });

async function ended(ReplayName: string) {
  const describe = () => room.call('DescribeReplay', { ReplayName });
  await room.until(async () => !['STARTING', 'RUNNING'].includes((await describe()).State));
  return describe();
}

const replayed = async (name: string) =>
  (await room.events()).filter(({ body }) => body.replay?.name === name).map(({ body }) => body);

test('the events of an archive come again, in their order, with the name of the replay', async () => {
  await room.background.start();
  await room.call('CreateArchive', { ArchiveName: 'a', EventSourceArn: bus });
  for (let n = 0; n < 250; n++) await put(n);
  const first = await room.events();
  const answer = await start('r', { Destination: { Arn: bus, FilterArns: ['arn:rule'] }, Description: 'd' });
  const ReplayArn = `arn:aws:events:us-east-1:${ACCOUNT}:replay/r`;
  assert.deepEqual(answer, { ReplayArn, State: 'STARTING', ReplayStartTime: new Date(room.clock.now()) });
  const { State, ReplayEndTime, EventLastReplayedTime, Destination, Description } = await ended('r');
  assert.deepEqual([State, Destination, Description], ['COMPLETED', { Arn: bus, FilterArns: ['arn:rule'] }, 'd']);
  assert.ok(ReplayEndTime && EventLastReplayedTime);
  const again = await replayed('r');
  assert.deepEqual(
    again.map(({ id, detail, time }) => [id, detail, time]),
    first.map(({ body }) => [body.id, body.detail, body.time]),
  );
  assert.deepEqual(again[0]!.replay, { name: 'r', rules: ['arn:rule'] });
  assert.equal((await room.call('DescribeArchive', { ArchiveName: 'a' })).EventCount, 250);
});

test('only events of the time that is asked for', async () => {
  await room.clock.advance(10_000);
  const EventStartTime = new Date(room.clock.now());
  await put(1000);
  await room.clock.advance(10_000);
  const EventEndTime = new Date(room.clock.now());
  await put(1001);
  await start('part', { EventStartTime, EventEndTime });
  await ended('part');
  assert.deepEqual(
    (await replayed('part')).map(({ detail }) => detail),
    ['{"n":1000}'],
  );
});

test('a replay ends when its archive is deleted, and does not begin without one', async () => {
  await room.background.stop(AbortSignal.timeout(1000));
  await room.call('CreateArchive', { ArchiveName: 'gone', EventSourceArn: bus });
  await start('lost', { EventSourceArn: archive.replace('/a', '/gone') });
  await room.call('DeleteArchive', { ArchiveName: 'gone' });
  await room.background.start();
  const { State, StateReason } = await ended('lost');
  assert.deepEqual([State, StateReason], ['FAILED', 'The archive was deleted.']);
});

test('what cannot be replayed is refused', async () => {
  const says = async (more: object, code: string, text: string) => {
    assert.equal((await refused(start('x', more), code)).message, text);
  };
  const at = new Date(room.clock.now());
  const order = 'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.';
  await says({ EventStartTime: at, EventEndTime: at }, 'ValidationException', order);
  const missing = 'Parameter EventSourceArn is not valid. Reason: Archive none does not exist.';
  await says({ EventSourceArn: archive.replace('/a', '/none') }, 'ValidationException', missing);
  await says(
    { Destination: { Arn: bus.replace('default', 'none') } },
    'ResourceNotFoundException',
    'Event bus none does not exist.',
  );
  const noBus = 'Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.';
  await says({ Destination: { Arn: archive } }, 'ValidationException', noBus);
  await room.call('CreateEventBus', { Name: 'other' });
  const cross = 'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.';
  await says({ Destination: { Arn: bus.replace('default', 'other') } }, 'ValidationException', cross);
  await room.background.stop(AbortSignal.timeout(1000));
  const twice = await refused(start('r'), 'ResourceAlreadyExistsException');
  assert.equal(twice.message, 'Replay r already exists.');
  for (let i = 0; i < 10; i++) await start(`n${i}`);
  await refused(start('more'), 'LimitExceededException');
});
