import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredEvent } from '../../kernel/index.ts';
import { askRoute } from '../../model/control-route.fixture.ts';
import { batchThreads, type DeliveryList, type EventBooks, type EventSums } from '../../model/index.ts';
import { acceptedEvents, newestEvent } from '../accepted.ts';
import { eventRoutes } from '../control.ts';
import { OUTCOME_AGE_MS, sweepOutcomes } from '../ledger.ts';
import { traceOf } from '../trace.ts';
import {
  mappingOf,
  openRoom,
  place,
  QUEUE,
  queueSettings,
  type Room,
  streamSettings,
  UUID,
  until,
  untilLater,
} from './room.fixture.ts';

/** Asks the control API of events. */
async function ask<Answer>(room: Room, path: string, query = ''): Promise<Answer> {
  const ports = { store: room.store, followed: [], sources: room.sources, held: () => room.mappings.held() };
  const route = eventRoutes(ports).find((one) => one.path === path)!;
  return (await askRoute(route, { query: new URLSearchParams(query), place })) as Answer;
}

const lineOf = async (room: Room) => (await ask<EventBooks>(room, '/events')).mappings![0] as EventSums & { balanced: boolean };
const inFlight = (room: Room, query = '') => ask<DeliveryList>(room, '/events/deliveries', `state=in-flight&${query}`);

test('a batch that fails is in flight until its end, with its attempts, its error and when it is tried again', async () => {
  let fails = true;
  const room = await openRoom({
    handler: () => {
      if (fails) throw new TypeError('no');
    },
  });
  await room.mappings.start();
  await room.write(['a', 'b', 'c']);
  await room.keep(mappingOf(streamSettings()));
  const waits = async (attempts: number) => {
    const [batch] = (await inFlight(room)).deliveries;
    return batch?.attempts === attempts && batch.retryAt !== undefined;
  };
  await until('tried', () => waits(1));
  await room.clock.advance(1000);
  await until('tried twice', () => waits(2));
  const { deliveries, next } = await inFlight(room);
  const [batch] = deliveries;
  assert.deepEqual([deliveries.length, next], [1, undefined]);
  assert.deepEqual(
    [batch!.id, batch!.subscriber, batch!.attempts, batch!.lastError, batch!.size, batch!.records],
    [`mapping:${UUID}/shardId-0/0`, `mapping:${UUID}`, 2, '{}', 3, ['1', '2', '3']],
  );
  assert.ok(batch!.retryAt! > room.clock.now());
  const line = await lineOf(room);
  assert.deepEqual([line.routed, line.deliveries, line.inFlight, line.delivered, line.balanced], [3, 3, 3, 0, true]);
  const shown = await traceOf(room.tracing, place.account, batch!.id);
  assert.deepEqual([shown.invocation, shown.events[0]!.deliveries[0]!.id], ['cause-of-a', batch!.id]);
  const other = { ...place, account: '111111111111' };
  const ports = { store: room.store, followed: [], sources: room.sources, held: () => room.mappings.held() };
  for (const route of eventRoutes(ports)) {
    if (route.path !== '/events/deliveries') continue;
    const seen = (await askRoute(route, { place: other })) as DeliveryList;
    assert.deepEqual(seen.deliveries, []);
  }
  fails = false;
  await untilLater(room, 'delivered', async () => (await room.books())?.delivered === 3);
  await until('nothing is left', async () => (await inFlight(room)).deliveries.length === 0);
  const after = await lineOf(room);
  assert.deepEqual([after.routed, after.inFlight, after.delivered, after.balanced], [3, 0, 3, true]);
  await room.close();
});

test('what functions have of queues is in flight, in pages', async () => {
  let answer = () => {};
  const room = await openRoom({ handler: () => new Promise<void>((resolve) => (answer = resolve)) });
  const second = UUID.replace(/1$/, '2');
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings({ batchSize: 2 })));
  await room.keep(mappingOf(streamSettings(), { uuid: second }));
  room.queue.send(['a', 'b']);
  await until('the queue', () => room.events.length === 1);
  const endQueue = answer;
  await room.write(['s']);
  await until('both', () => room.events.length === 2);
  const first = await inFlight(room, 'limit=1');
  assert.deepEqual([first.deliveries[0]!.id, first.deliveries[0]!.records], [`mapping:${UUID}/m1`, ['m1', 'm2']]);
  const rest = await inFlight(room, `limit=1&after=${first.next}`);
  assert.deepEqual([rest.deliveries[0]!.id, rest.next], [`mapping:${second}/shardId-0/0`, undefined]);
  endQueue();
  answer();
  await until('nothing is left', async () => (await inFlight(room)).deliveries.length === 0);
  await room.close();
});

test('any message or record of a batch leads to it, with its own cause, while it is tried and after', async () => {
  const room = await openRoom();
  let fails = true;
  room.handler = () => {
    if (fails) throw new TypeError('no');
  };
  await room.mappings.start();
  await room.write(['a', 'b', 'c']);
  await room.keep(mappingOf(streamSettings()));
  await until('tried', async () => room.mappings.held()[0]?.attempts === 1);
  const waiting = await traceOf(room.tracing, place.account, '2');
  assert.deepEqual([waiting.invocation, waiting.events.length], ['cause-of-b', 1]);
  const [held] = waiting.events[0]!.deliveries;
  assert.deepEqual([waiting.events[0]!.id, held!.state, held!.error, held!.attempts], ['2', 'in-flight', '{}', 1]);
  fails = false;
  await untilLater(room, 'delivered', async () => (await room.books())?.delivered === 3);
  for (const [id, cause] of [
    ['1', 'cause-of-a'],
    ['2', 'cause-of-b'],
    ['3', 'cause-of-c'],
  ] as const) {
    const found = await traceOf(room.tracing, place.account, id);
    assert.deepEqual([found.invocation, found.events.length], [cause, 1]);
    const [event] = found.events;
    assert.deepEqual([event!.id, event!.position, event!.type], [id, Number(id), 'T']);
    assert.deepEqual([event!.deliveries[0]!.state, event!.deliveries[0]!.size], ['delivered', 3]);
  }
  const threads = async () => (await room.store.read.range(batchThreads, { limit: 10 })).items.map(({ near }) => near);
  assert.deepEqual(await threads(), ['#'], 'neighbours share one');
  for (const [account, id] of [
    [place.account, '4'],
    ['111111111111', '2'],
  ] as const)
    await assert.rejects(traceOf(room.tracing, account, id), { code: 'NoSuchThing' });
  await room.clock.advance(OUTCOME_AGE_MS + 1);
  await room.store.transact((tx) => sweepOutcomes(tx, room.clock));
  assert.deepEqual([await threads(), await room.ends()], [[], []], 'it goes with the outcome');
  await room.close();
});

test('each message leads to all batches it was in, and the list of a source shows them', async () => {
  const room = await openRoom();
  room.queue.visibilityTimeoutMs = 1000;
  let fails = true;
  room.handler = () => {
    if (fails) throw new TypeError('no');
  };
  room.queue.send(['a', 'b'], undefined, 'caller');
  room.queue.send(['c']);
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings()));
  await until('failed', async () => (await room.books())?.failed === 3);
  fails = false;
  await untilLater(room, 'delivered', async () => (await room.books())?.delivered === 3, 40_000);
  const found = await traceOf(room.tracing, place.account, 'm3');
  assert.deepEqual(
    found.events.map(({ id, deliveries }) => [id, deliveries.map(({ state }) => state)]),
    [['m3', ['failed', 'delivered']]],
  );
  assert.equal((await traceOf(room.tracing, place.account, 'm2')).invocation, 'caller');
  const list = await ask<{ events: { id: string; subject: string; cause?: string }[]; next?: string }>(
    room,
    '/events/accepted',
    'topic=sqs&limit=3',
  );
  assert.deepEqual(
    list.events.map(({ id, subject, cause }) => [id, subject, cause]),
    [
      ['m1', QUEUE, 'caller'],
      ['m2', QUEUE, 'caller'],
      ['m3', QUEUE, undefined],
    ],
  );
  const more = await ask<typeof list>(room, '/events/accepted', `topic=sqs&after=${encodeURIComponent(list.next!)}`);
  assert.deepEqual([more.events.length, more.next], [3, undefined]);
  await room.close();
});

test('records of all shards are listed newest first, in pages, by time and type', async () => {
  const room = await openRoom();
  room.shards = [0, 1].map((lane) => ({ shardId: `shardId-${lane}`, lane, parents: [], first: 1 }));
  for (const [value, lane] of [
    ['a', 0],
    ['b', 1],
    ['c', 0],
    ['d', 0],
  ] as const) {
    await room.write([value], lane);
    if (value !== 'c') await room.clock.advance(1000);
  }
  const now = room.clock.now();
  const list = async (query: string) =>
    ask<{ events: { id: string; position: number }[]; next?: string }>(room, '/events/accepted', `topic=kinesis&${query}`);
  const ids = async (query: string) => (await list(query)).events.map(({ id }) => id);
  assert.deepEqual(await ids(''), ['e4', 'e3', 'e2', 'e1']);
  const paged: string[] = [];
  for (let after = '', more = true; more; ) {
    const page = await list(`limit=1${after}`);
    paged.push(...page.events.map(({ id }) => id));
    more = page.next !== undefined;
    after = `&after=${page.next}`;
  }
  assert.deepEqual(paged, ['e4', 'e3', 'e2', 'e1']);
  assert.deepEqual(await ids(`since=${now - 2000}&until=${now - 1500}`), ['e2']);
  assert.deepEqual(await ids('type=other'), []);
  for (const bad of ['topic=nothing', 'topic=kinesis&after=x', 'topic=sqs&after=x'])
    await assert.rejects(ask(room, '/events/accepted', bad), { code: 'InvalidRequest' });
  await room.close();
});

test('a record is found by the id that lists show, also one that a filter left out', async () => {
  const room = await openRoom();
  await room.mappings.start();
  await room.write(['a', 'b']);
  await room.keep(mappingOf(streamSettings({}, { filters: ['{"data":["a"]}'] })));
  await until('both are through', async () => (await room.books())?.delivered === 1 && (await room.books())?.filtered === 1);
  const of = { read: room.store.read, followed: [], sources: room.sources };
  const ports = { ...room.tracing, recent: (fits: (event: StoredEvent) => boolean) => newestEvent(of, place, fits) };
  const { events } = await acceptedEvents(of, { query: { topic: 'kinesis', since: 0, limit: 100 }, place });
  const seen: [number, string | undefined][] = [];
  for (const { id, position } of events) {
    const [event] = (await traceOf(ports, place.account, id)).events;
    assert.deepEqual([event!.id, event!.position], [id, position]);
    seen.push([position, event!.deliveries[0]?.state]);
  }
  assert.deepEqual(seen, [
    [2, undefined],
    [1, 'delivered'],
  ]);
  assert.deepEqual((await traceOf(ports, place.account, '2')).events[0]!.deliveries, [], 'by its sequence number, too');
  await assert.rejects(traceOf(ports, '111111111111', events[0]!.id), { code: 'NoSuchThing' });
  await room.close();
});
