import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EVENTS_NOW, type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, OTHER, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

const entry = (more: object = {}) => ({ Source: 'shop', DetailType: 'Order', Detail: '{"id": 12345678901234567890}', ...more });
const DEFAULT = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;

test('an entry becomes an event of its bus, as it was given', async () => {
  const given = entry({ Resources: ['r1'], Time: new Date('2020-01-02T03:04:05.678Z'), TraceHeader: 'Root=1' });
  const answer = await room.call('PutEvents', { Entries: [given, entry()] }, { cause: 'invocation' });
  assert.equal(answer.FailedEntryCount, 0);
  const [first, second] = await room.events();
  assert.deepEqual(
    [first!.id, first!.type, first!.source, first!.subject, first!.account, first!.cause],
    [answer.Entries[0].EventId, 'Order', 'shop', DEFAULT, ACCOUNT, 'invocation'],
  );
  assert.deepEqual(first!.body, {
    ...{ id: answer.Entries[0].EventId, source: 'shop', detailType: 'Order', account: ACCOUNT, region: 'us-east-1' },
    ...{ time: '2020-01-02T03:04:05Z', resources: ['r1'], detail: '{"id": 12345678901234567890}', bus: DEFAULT },
    ...{ ingested: EVENTS_NOW, traceId: 'Root=1' },
  });
  assert.equal(second!.body.time, '2026-01-01T12:00:00Z');
});

test('an entry that cannot be taken has its error in its place', async () => {
  const bad = [
    entry({ Source: undefined }),
    entry({ DetailType: '' }),
    entry({ Detail: undefined }),
    entry({ Source: 'aws.ec2' }),
    ...['text', '[1]', '{"a":', '"{}"', `${'{"a":'.repeat(1001)}1${'}'.repeat(1001)}`].map((Detail) => entry({ Detail })),
  ];
  const count = (await room.events()).length;
  const answer = await room.call('PutEvents', {
    Entries: [...bad, entry({ Detail: `${'{"a":'.repeat(999)}1${'}'.repeat(999)}` })],
  });
  assert.equal(answer.FailedEntryCount, bad.length);
  const required = (name: string) => `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
  assert.deepEqual(answer.Entries.slice(0, 5), [
    { ErrorCode: 'InvalidArgument', ErrorMessage: required('Source') },
    { ErrorCode: 'InvalidArgument', ErrorMessage: required('DetailType') },
    { ErrorCode: 'InvalidArgument', ErrorMessage: required('Detail') },
    { ErrorCode: 'NotAuthorizedForSource', ErrorMessage: 'Not authorized for the source.' },
    { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
  ]);
  for (const malformed of answer.Entries.slice(4, -1)) assert.equal(malformed.ErrorCode, 'MalformedDetail');
  assert.equal((await room.events()).length, count + 1);
});

test('events for a bus that is not there are answered and forgotten', async () => {
  const count = (await room.events()).length;
  const answer = await room.call('PutEvents', { Entries: [entry({ EventBusName: 'nowhere' }), entry()] });
  assert.equal(answer.FailedEntryCount, 0);
  assert.ok(answer.Entries[0].EventId);
  assert.equal((await room.events()).length, count + 1);
});

test('an entry names its bus by name or ARN, of another account too', async () => {
  await room.call('CreateEventBus', { Name: 'mine' });
  const arn = `arn:aws:events:us-east-1:${OTHER}:event-bus/default`;
  await room.call('PutEvents', { Entries: [entry({ EventBusName: 'mine' }), entry({ EventBusName: arn })] });
  const [mine, theirs] = (await room.events()).slice(-2);
  assert.equal(mine!.subject, `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/mine`);
  assert.deepEqual([theirs!.subject, theirs!.account, theirs!.body.account], [arn, OTHER, ACCOUNT]);
});

test('what is too large altogether is refused', async () => {
  const half = entry({ Detail: JSON.stringify({ a: 'x'.repeat(600_000) }) });
  const error = await refused(room.call('PutEvents', { Entries: [half, half] }), 'ValidationException');
  assert.equal(error.message, 'Total size of the entries in the request is over the limit.');
  await refused(room.call('PutEvents', { Entries: [entry()], EndpointId: 'abc.def' }), 'NotImplemented');
});
