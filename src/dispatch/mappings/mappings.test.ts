import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceOf } from '../trace.ts';
import { mappingLines } from './mapping-lines.ts';
import { mappingOf, openRoom, place, queueSettings, streamSettings, UUID, until } from './room.fixture.ts';

test('each mapping has a line in the books', async () => {
  const room = await openRoom();
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({}, { filters: ['{"data":{"n":[1]}}'] })));
  await room.write(['{"n":1}', '{"n":2}']);
  await until('seen', async () => (await room.books())?.accepted === 2);
  const [line] = await mappingLines(room.store.read, [place.account, place.region], []);
  const { topic, accepted, routed, unmatched, deliveries, delivered, balanced } = line!;
  assert.deepEqual(
    [topic, accepted, routed, unmatched, deliveries, delivered, balanced],
    [`mapping:${UUID}`, 2, 1, 1, 1, 1, true],
  );
  assert.deepEqual(await mappingLines(room.store.read, ['111111111111'], []), []);
  await room.close();
});

test('a start takes up all mappings, finishes what was on the way, and tells how many it polls', async () => {
  let room = await openRoom();
  const uuid = (n: number) => UUID.replace(/1$/, String(n));
  await room.keep(mappingOf(queueSettings(), { uuid: uuid(1) }));
  await room.keep(mappingOf(queueSettings(), { uuid: uuid(2), enabled: false, state: 'Disabling' }));
  await room.keep(mappingOf(queueSettings(), { uuid: uuid(3), state: 'Deleting' }));
  await room.mappings.start();
  await until(
    'settled',
    async () => (await room.mapping(uuid(1)))?.state === 'Enabled' && (await room.mapping(uuid(2)))?.state === 'Disabled',
  );
  await until('gone', async () => (await room.mapping(uuid(3))) === undefined);
  assert.deepEqual(room.mappings.gauges(), { dalamb_mappings_polled: 1 });
  room = await room.crash();
  await room.mappings.start();
  await until('again', () => room.mappings.gauges().dalamb_mappings_polled === 1);
  await room.close();
});

test('it goes back in its stream when it is told to, never forward, and over a crash', async () => {
  let room = await openRoom({
    shards: [0, 1].map((lane) => ({ shardId: `shardId-${lane}`, lane, parents: [], first: 1 })),
  });
  await room.write(['a', 'b', 'c', 'd']);
  await room.write(['x', 'y'], 1);
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings()));
  await until('all', async () => (await room.books())?.delivered === 6);
  const rewind = [
    { shardId: 'shardId-0', lane: 0, position: 3 },
    { shardId: 'shardId-1', lane: 1, position: 9 },
  ];
  const mapping = (await room.mapping())!;
  await room.keep({ ...mapping, rewind });
  await until('c and d again', async () => (await room.books())?.delivered === 8);
  assert.deepEqual(room.events.at(-1).Records.length, 2);
  assert.deepEqual(await room.mapping(), mapping);
  await room.mappings.stop(AbortSignal.timeout(5000));
  await room.keep({ ...mapping, enabled: false, state: 'Disabling', rewind: [{ shardId: 'shardId-0', lane: 0, position: 1 }] });
  room = await room.crash();
  await room.mappings.start();
  await until('disabled', async () => (await room.mapping())?.state === 'Disabled');
  assert.deepEqual((await room.shard())?.slices, [{ position: 1 }]);
  assert.equal(await room.shard('shardId-1'), undefined, 'a shard that came later is begun anew');
  await room.close();
});

test('a newer wish is not settled by an older one', async () => {
  const room = await openRoom();
  await room.mappings.start();
  const mapping = mappingOf(queueSettings());
  await Promise.all([
    room.keep(mapping),
    room.keep({ ...mapping, revision: 2, enabled: false, state: 'Disabling' }),
    room.keep({ ...mapping, revision: 3, enabled: true, state: 'Enabling' }),
  ]);
  await until('the last', async () => (await room.mapping())?.state === 'Enabled');
  assert.equal((await room.mapping())?.revision, 3);
  await room.close();
});

test('a source that cannot be asked now is asked again', async () => {
  const room = await openRoom();
  const { shards } = room;
  room.shards = undefined as never;
  await room.write(['a']);
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings()));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal((await room.mapping())?.state, 'Creating');
  room.shards = shards;
  await until('enabled', async () => {
    await room.clock.advance(500);
    return (await room.mapping())?.state === 'Enabled';
  });
  await until('a', async () => (await room.books())?.delivered === 1);
  await room.close();
});

test('traces lead through queues: from an invocation to the batches it caused, and back', async () => {
  const room = await openRoom();
  room.handler = (event, call) => {
    if (event.Records[0].body === 'first') room.queue.send(['second'], undefined, call.requestId);
  };
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings()));
  room.queue.send(['first'], undefined, 'a-synchronous-invocation');
  await until('both', async () => (await room.books())?.delivered === 2);
  const [first, second] = room.calls.map(({ requestId }) => requestId);
  for (const id of ['a-synchronous-invocation', first!, second!]) {
    const trace = await traceOf(room.tracing, place.account, id);
    assert.equal(trace.invocation, 'a-synchronous-invocation', id);
    const [outer] = trace.events[0]!.deliveries;
    assert.deepEqual([outer!.id, outer!.caused[0]!.deliveries[0]!.id], [first, second]);
  }
  await room.close();
});
