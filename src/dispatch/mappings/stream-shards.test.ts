import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mappingOf, openRoom, STREAM, streamSettings, until, untilLater, valuesOf } from './room.fixture.ts';

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => String(from + i));

test('children wait until their parents are read to the end', async () => {
  let open = false;
  const room = await openRoom({
    handler: async (event) => {
      if (valuesOf(event)[0] === 'p' && !open) throw Error('not yet');
    },
    shards: [
      { shardId: 'shardId-0', lane: 0, parents: [], first: 1, end: 3 },
      { shardId: 'shardId-1', lane: 1, parents: ['shardId-0'], first: 1 },
    ],
  });
  await room.write(['p', 'q'], 0);
  await room.write(['child'], 1);
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings()));
  await until('tried', async () => (await room.books())?.attempts === 1);
  assert.equal(room.events.flatMap(valuesOf).includes('child'), false);
  open = true;
  await untilLater(room, 'child', () => room.events.flatMap(valuesOf).includes('child'));
  await until('parent done', async () => (await room.shard())?.done === true);
  await room.close();
});

test('a shard that is closed while it is read ends, and one that is added is read from its first record', async () => {
  const room = await openRoom();
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ startingPosition: 'LATEST' })));
  await until('enabled', async () => (await room.mapping())?.state === 'Enabled');
  await room.write(['a']);
  await room.write(['b'], 7);
  room.shards = [
    { shardId: 'shardId-0', lane: 0, parents: [], first: 1, end: 2 },
    { shardId: 'shardId-1', lane: 7, parents: ['shardId-0'], first: 1 },
  ];
  room.reshard();
  await until('both', async () => (await room.books())?.delivered === 2);
  assert.deepEqual(room.events.flatMap(valuesOf), ['a', 'b']);
  room.shards = room.shards.slice(1);
  room.reshard();
  await until('forgotten', async () => (await room.shard()) === undefined);
  await room.close();
});

test('a change of the parallelization factor delivers nothing twice', async () => {
  const room = await openRoom();
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ parallelizationFactor: 3 }, { batchSize: 5 })));
  await room.write(numbers(0, 50), 0, (value) => value);
  await until('first half', async () => (await room.books())?.delivered === 50);
  const before = (await room.mapping())!;
  await room.keep({ ...before, state: 'Updating', revision: 2, settings: streamSettings({ parallelizationFactor: 7 }) });
  await room.write(numbers(50, 100), 0, (value) => value);
  await until('second half', async () => (await room.books())?.delivered === 100);
  assert.deepEqual(
    room.events
      .flatMap(valuesOf)
      .map(Number)
      .sort((a, b) => a - b),
    numbers(0, 100).map(Number),
  );
  await room.close();
});

test('tumbling windows hand on their state and end once', async () => {
  const room = await openRoom({
    handler: (event) => ({ state: event.isFinalInvokeForWindow ? {} : { sum: (event.state.sum ?? 0) + event.Records.length } }),
  });
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ tumblingMs: 10_000 })));
  await until('enabled', async () => (await room.mapping())?.state === 'Enabled');
  await room.write(['a']);
  await until('a', async () => (await room.books())?.delivered === 1);
  await room.write(['b', 'c']);
  await until('b, c', async () => (await room.books())?.delivered === 3);
  assert.deepEqual((await room.shard())?.window?.state, { sum: 3 });
  await untilLater(room, 'final', () => room.events.length === 3, 1000);
  const last = room.events[2];
  assert.deepEqual(
    [last.Records, last.state, last.isFinalInvokeForWindow, last.isWindowTerminatedEarly, last.shardId, last.eventSourceARN],
    [[], { sum: 3 }, true, false, 'shardId-0', STREAM],
  );
  assert.deepEqual(last.window, { start: '2026-01-01T00:00:00Z', end: '2026-01-01T00:00:10Z' });
  await until('closed', async () => (await room.shard())?.window === undefined);
  await room.write(['d']);
  await until('d', () => room.events.length === 4);
  assert.deepEqual(room.events[3].state, {});
  await room.close();
});

test('an answer without state in a tumbling window is a failure', async () => {
  const room = await openRoom({ handler: () => ({}) });
  await room.write(['a']);
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ tumblingMs: 10_000, maxRetries: 0 })));
  await until('failed', async () => (await room.books())?.failed === 1);
  await room.close();
});

test('a change is obeyed while a batch waits: a shorter window, and no tumbling window any more', async () => {
  const room = await openRoom({ handler: () => ({ state: { n: 1 } }) });
  await room.mappings.start();
  const mapping = mappingOf(streamSettings({ tumblingMs: 60_000 }));
  await room.keep(mapping);
  await until('enabled', async () => (await room.mapping())?.state === 'Enabled');
  await room.write(['a']);
  await until('a', async () => (await room.shard())?.window !== undefined);
  await room.keep({ ...mapping, revision: 2, settings: streamSettings({}, { windowMs: 300_000 }), state: 'Updating' });
  await until('obeyed', async () => (await room.mapping())?.state === 'Enabled' && (await room.mapping())?.revision === 2);
  await room.write(['b']);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(room.events.length, 1);
  await room.keep({ ...mapping, revision: 3, settings: streamSettings(), state: 'Updating' });
  await until('b', () => room.events.length === 2);
  assert.deepEqual(Object.keys(room.events[1]), ['Records']);
  await room.close();
});
