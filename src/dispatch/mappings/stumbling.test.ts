import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../kernel/index.ts';
import type { BlockedLane } from './ports.ts';
import { balanced, mappingOf, openRoom, type Room, streamSettings, until, untilLater, valuesOf } from './room.fixture.ts';

const blockedIn = async (room: Room) => ((await room.ask('GET /mappings/:uuid')) as { blocked: BlockedLane[] }).blocked;
const breaks = (bad: string) => (value: string) => {
  if (value === bad) throw new TypeError(`cannot read ${bad}`);
};

test('a record that nothing can be made of is shown, uses up its retries, and holds up no record before it', async () => {
  const room = await openRoom();
  room.making = breaks('broken');
  await room.mappings.start();
  await room.write(['a', 'b', 'broken', 'c']);
  await room.keep(mappingOf(streamSettings({ maxRetries: 2, onFailure: 'arn:aws:sqs:us-east-1:000000000000:dead' })));
  await until('what stands before it', async () => (await room.books())?.delivered === 2);
  await until('blocked', async () => (await blockedIn(room)).length === 1);
  const [lane] = await blockedIn(room);
  assert.deepEqual(
    [lane!.error, lane!.records.map(({ sequenceNumber }) => sequenceNumber)],
    ['TypeError: cannot read broken', ['3']],
  );
  assert.deepEqual((lane!.record as { body: unknown }).body, { key: 'k', value: 'broken' });
  await until(
    'told',
    async () => (await room.books())?.lastResult === 'PROBLEM: A record could not be read: TypeError: cannot read broken',
  );
  const [listed] = ((await room.ask('GET /mappings')) as { mappings: { blocked: object[] }[] }).mappings;
  const { shardId, slice, error } = lane!;
  assert.deepEqual(
    listed!.blocked.map((one) => ({ ...one, attempts: 0 })),
    [{ shardId, slice, attempts: 0, error }],
  );
  await untilLater(room, 'all', async () => (await room.books())?.delivered === 3);
  const books = (await room.books())!;
  assert.ok(balanced(books));
  assert.deepEqual([books['dead-lettered'], books.attempts], [1, 2]);
  assert.deepEqual(room.events.flatMap(valuesOf), ['a', 'b', 'c']);
  const end = (await room.ends()).find(({ kind }) => kind === 'dead-lettered')!;
  assert.deepEqual([end.reason, end.error, end.records], ['RetryAttemptsExhausted', 'TypeError: cannot read broken', ['3']]);
  assert.equal(JSON.parse(room.puts[0]!.item.body).requestContext.condition, 'RetryAttemptsExhausted');
  assert.deepEqual([await blockedIn(room), room.logged], [[], ['a batch could not be handled']]);
  await room.close();
});

test('it waits without end where there is no limit, is said once, and goes on when it can be read', async () => {
  const room = await openRoom();
  room.making = breaks('broken');
  await room.mappings.start();
  await room.write(['broken', 'c']);
  await room.keep(mappingOf(streamSettings()));
  await until('blocked', async () => (await blockedIn(room)).length === 1);
  await untilLater(room, 'many attempts', async () => (await blockedIn(room))[0]!.attempts > 5);
  assert.deepEqual([room.logged, (await room.books())?.accepted], [['a batch could not be handled'], 0]);
  room.making = () => {};
  await untilLater(room, 'all', async () => (await room.books())?.delivered === 2);
  assert.deepEqual([room.events.flatMap(valuesOf), await blockedIn(room)], [['broken', 'c'], []]);
  await room.close();
});

test('it ends when it is too old, and people can skip it', async () => {
  const room = await openRoom();
  room.making = breaks('broken');
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ maxAgeMs: 60_000 })));
  await room.write(['broken']);
  await untilLater(room, 'expired', async () => (await room.books())?.expired === 1);
  await room.write(['broken', 'c']);
  await until('blocked', async () => (await blockedIn(room)).length === 1);
  assert.deepEqual(await room.ask('POST /mappings/:uuid/skip', {}), { skipped: '2' });
  await until('c', async () => (await room.books())?.delivered === 1);
  assert.equal((await room.books())!.failed, 1);
  await room.close();
});

test('a defect in handling a batch is shown, uses up retries, and splits the batch where that is wanted', async () => {
  const room = await openRoom();
  Object.assign(room.metrics, {
    push: () => {
      throw new TypeError('a defect');
    },
  });
  await room.mappings.start();
  await room.write(['a', 'b']);
  await room.keep(mappingOf(streamSettings({ maxRetries: 1, bisect: true })));
  await until('blocked', async () => (await blockedIn(room)).length === 1);
  const [lane] = await blockedIn(room);
  assert.deepEqual([lane!.error, lane!.attempts], ['TypeError: a defect', 1]);
  await untilLater(room, 'both ended', async () => (await room.books())?.failed === 2);
  assert.deepEqual(
    room.events.map((event) => valuesOf(event).join('')),
    ['ab', 'a', 'a', 'b', 'b'],
  );
  const [end] = await room.ends();
  assert.deepEqual([end!.reason, end!.error], ['RetryAttemptsExhausted', 'TypeError: a defect']);
  assert.deepEqual(room.logged, ['a batch could not be handled', 'a batch could not be handled'], 'once for each record');
  await room.close();
});

test('a function that cannot be looked up for a defect uses up no retries, but age holds', async () => {
  const room = await openRoom();
  let defect = false;
  const { spec } = room;
  Object.defineProperty(room, 'spec', {
    get: () => {
      if (defect) throw fail('InternalError', 'a defect', { status: 500 });
      return spec;
    },
  });
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ maxRetries: 0, maxAgeMs: 60_000 })));
  await until('enabled', async () => (await room.mapping())?.state === 'Enabled');
  defect = true;
  await room.write(['a']);
  await until('blocked', async () => (await blockedIn(room)).length === 1);
  assert.match((await blockedIn(room))[0]!.error, /a defect/);
  await untilLater(room, 'expired', async () => (await room.books())?.expired === 1);
  assert.deepEqual([room.events, room.logged], [[], ['a batch could not be handled']]);
  await room.close();
});

test('what an attempt did is recorded before the function is called again', async () => {
  const room = await openRoom();
  let refused = 0;
  room.recording = () => {
    if (++refused < 4) throw new RangeError('no room in the books');
  };
  await room.mappings.start();
  await room.write(['a']);
  await room.keep(mappingOf(streamSettings()));
  await until('blocked', async () => (await blockedIn(room)).length === 1);
  assert.equal((await blockedIn(room))[0]!.error, 'RangeError: no room in the books');
  await untilLater(room, 'recorded', async () => (await room.books())?.delivered === 1);
  assert.deepEqual([room.events.length, refused, room.logged], [1, 4, ['a batch could not be handled']]);
  assert.deepEqual(await blockedIn(room), []);
  await room.close();
});
