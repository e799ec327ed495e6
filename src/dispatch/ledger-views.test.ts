import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomIds } from '../kernel/index.ts';
import { askRoute } from '../model/control-route.fixture.ts';
import {
  asyncTopic,
  bucketNotifications,
  busEventInput,
  busTopic,
  type DeliveryOutcome,
  outcomes,
  type Replay,
  type Trace,
} from '../model/index.ts';
import { OUTCOME_AGE_MS, sweepOutcomes } from './ledger.ts';
import { traceOf } from './trace.ts';
import { arnOf, directory, ended, enqueue, open, place, put, route, until, type World } from './world.fixture.ts';

const handle = async <T>(
  world: World,
  path: string,
  params: Record<string, string> = {},
  body?: unknown,
  method = 'GET',
  at = place,
) =>
  (await askRoute(world.dispatch.routes.find((one) => one.path === path && one.method === method)!, {
    ...{ params, body, place: at },
  })) as T;

const trace = (world: World, id: string) => handle<Trace>(world, '/events/trace/:id', { id });

const notify = (world: World, name: string) =>
  world.store.transact((tx) =>
    tx.put(bucketNotifications, {
      bucket: 'b',
      ...place,
      rules: [{ id: 'r', events: ['s3:ObjectCreated:*'], target: { kind: 'function', arn: arnOf(name) } }],
    }),
  );

const settledReplay = async (world: World, input: object) => {
  const made = await handle<Replay>(world, '/events/replays', {}, input, 'POST');
  let found = made;
  await until('the replay ended', async () => {
    await world.clock.advance(100);
    found = await handle<Replay>(world, '/events/replays/:id', { id: made.id });
    return found.state !== 'running';
  });
  return found;
};

test('a trace leads from any id up to the beginning, and down to everything that came of it', async () => {
  const world = await open(directory());
  await notify(world, 'first');
  world.behave = async (call) => {
    const more = { first: ['second', 'third'], second: ['fourth'] }[call.function.name] ?? [];
    for (const name of more)
      await world.store.transact((tx) =>
        world.dispatch.enqueue(tx, {
          ...place,
          requestId: name,
          functionArn: arnOf(name),
          payload: '1',
          time: world.clock.now(),
          cause: call.requestId,
        }),
      );
    return 'ok';
  };
  await world.dispatch.start();
  await put(world, 'k');
  await until('all ran', async () => (await ended(world, asyncTopic.name))?.delivered === 3);
  const whole = await trace(world, 'fourth');
  assert.equal(whole.events.length, 1);
  const [upload] = whole.events;
  assert.deepEqual([upload!.topic, upload!.type, upload!.subject], ['s3.objects', 'ObjectCreated:Put', 'k']);
  const [first] = upload!.deliveries;
  assert.equal(first!.target, arnOf('first'));
  assert.deepEqual(first!.caused.map((event) => event.id).sort(), ['second', 'third']);
  const second = first!.caused.find((event) => event.id === 'second')!.deliveries[0]!;
  assert.deepEqual(
    second.caused.map((event) => [event.id, event.deliveries[0]!.state]),
    [['fourth', 'delivered']],
  );
  assert.deepEqual((await trace(world, upload!.id)).events, whole.events);
  assert.deepEqual((await trace(world, first!.id)).events, whole.events);
  await assert.rejects(trace(world, 'unknown'), { code: 'NoSuchThing', status: 404 });
  await world.close();
});

test('an event that nobody wanted is found too, by its own account only', async () => {
  const world = await open(directory());
  await world.dispatch.start();
  await put(world, 'unwanted');
  await until('routed', async () => (await ended(world, 's3.objects'))?.unmatched === 1);
  const [event] = await world.store.read.events('s3.objects', 0, 1, 1);
  const found = await trace(world, event!.id);
  assert.deepEqual([found.events[0]!.subject, found.events[0]!.deliveries], ['unwanted', []]);
  await assert.rejects(
    handle(world, '/events/trace/:id', { id: event!.id }, undefined, 'GET', { ...place, account: '111111111111' }),
    { code: 'NoSuchThing' },
  );
  await world.close();
});

test('what a synchronous invocation caused is found by its id', async () => {
  const world = await open(directory());
  await world.dispatch.start();
  await world.store.transact((tx) =>
    world.dispatch.enqueue(tx, {
      ...place,
      requestId: 'effect',
      functionArn: arnOf('f'),
      payload: '1',
      time: world.clock.now(),
      cause: 'sync',
    }),
  );
  await until('it ran', async () => (await ended(world, asyncTopic.name))?.delivered === 1);
  for (const id of ['effect', 'sync']) {
    const found = await trace(world, id);
    assert.deepEqual([found.invocation, found.events[0]!.deliveries[0]!.id], ['sync', 'effect']);
    const ports = { read: world.store.read, recent: async () => undefined, held: () => [], sequenceNumber: () => undefined };
    await assert.rejects(traceOf(ports, '111111111111', id), { code: 'NoSuchThing' }, 'it is another account’s');
  }
  await world.close();
});

test('an invocation that caused very much is shown with all of it, or says that it is not', async () => {
  const world = await open(directory());
  await world.dispatch.start();
  const causes = async (from: number, to: number) => {
    for (let i = from; i < to; i++)
      await world.store.transact((tx) =>
        world.dispatch.enqueue(tx, {
          ...place,
          ...(i % 2 && { account: '111111111111' }),
          requestId: `effect-${String(i).padStart(4, '0')}`,
          functionArn: arnOf('f'),
          payload: '1',
          time: world.clock.now(),
          cause: 'busy',
        }),
      );
  };
  await causes(0, 300);
  await until('they ran', async () => (await ended(world, asyncTopic.name))?.delivered === 300);
  const whole = await trace(world, 'busy');
  assert.deepEqual([whole.events.length, whole.truncated], [150, false]);
  await causes(300, 1100);
  await until('they ran too', async () => (await ended(world, asyncTopic.name))?.delivered === 1100);
  const cut = await trace(world, 'busy');
  assert.deepEqual([cut.events.reduce((sum, event) => sum + event.deliveries.length, 0), cut.truncated], [500, true]);
  await world.close();
});

test('old outcomes go on being removed where few fill a page', async () => {
  const world = await open(directory());
  const records = Array.from({ length: 10_000 }, (_, i) => `${String(i).padStart(36, '0')}`);
  const old = {
    ...place,
    topic: 'sqs',
    lane: 0,
    position: 0,
    event: 'e',
    subscriber: 's',
    target: 't',
    attempts: 1,
    acceptedAt: 0,
  };
  await world.store.transact(async (tx) => {
    for (let i = 0; i < 4; i++)
      await tx.put(outcomes, {
        ...old,
        id: `o${i}`,
        kind: 'delivered',
        reason: '',
        time: 0,
        records,
      } as unknown as DeliveryOutcome);
  });
  await world.clock.advance(OUTCOME_AGE_MS + 1);
  let rounds = 1;
  while (await world.store.transact((tx) => sweepOutcomes(tx, world.clock))) rounds++;
  assert.ok(rounds > 1, 'a page held fewer');
  assert.equal(await world.store.read.count(outcomes, []), 0);
  await world.close();
});

test('accepted events are listed newest first, in pages, by type', async () => {
  const world = await open(directory());
  await world.dispatch.start();
  for (const [key, type] of [['a'], ['b', 'ObjectRemoved:Delete'], ['c']] as const) await put(world, key, type);
  const list = async (query: string) =>
    (await route(world, '/events/accepted', `topic=s3.objects&${query}`)) as { events: { subject: string }[]; next?: string };
  const first = await list('limit=2');
  assert.deepEqual(
    first.events.map(({ subject }) => subject),
    ['c', 'b'],
  );
  const second = await list(`limit=2&after=${first.next}`);
  assert.deepEqual([second.events.map(({ subject }) => subject), second.next], [['a'], undefined]);
  assert.deepEqual(
    (await list('type=ObjectRemoved:Delete')).events.map(({ subject }) => subject),
    ['b'],
  );
  await assert.rejects(route(world, '/events/accepted', 'topic=nothing'), { code: 'InvalidRequest' });
  await world.close();
});

test('a replay delivers what its time and pattern choose once more, marked, and can go to another function', async () => {
  const world = await open(directory());
  await notify(world, 'f');
  await world.dispatch.start();
  await put(world, 'early');
  await world.clock.advance(10_000);
  const since = world.clock.now();
  await put(world, 'one');
  await put(world, 'two');
  await until('delivered', async () => (await ended(world, 's3.objects'))?.delivered === 3);
  world.calls.length = 0;
  const pattern = { detail: { key: [{ prefix: 't' }] } };
  const counted = await settledReplay(world, { topic: 's3.objects', since, dryRun: true, until: since + 1 });
  assert.deepEqual([counted.state, counted.matched, counted.delivered, world.calls.length], ['done', 2, 2, 0]);
  const done = await settledReplay(world, {
    topic: 's3.objects',
    since,
    until: since + 1,
    pattern,
    target: `${arnOf('g')}:live`,
  });
  assert.deepEqual([done.matched, done.delivered], [1, 1]);
  await until('replayed', async () => (await ended(world, 's3.objects'))?.delivered === 4);
  const [call] = world.calls;
  assert.equal(call!.invokedArn, `${arnOf('g')}:live`);
  assert.equal(JSON.parse(Buffer.from(call!.payload).toString()).Records[0].s3.object.key, 'two');
  assert.deepEqual(JSON.parse(call!.clientContext!), { custom: { 'dalamb.replay': done.id } });
  await world.close();
});

test('a pattern sees events of a bus as their rules do', async () => {
  const world = await open(directory());
  await world.dispatch.start();
  const bus = `arn:aws:events:us-east-1:${place.account}:event-bus/default`;
  for (const total of [5, 120]) {
    const time = world.clock.now();
    const event = {
      id: `order-${total}`,
      source: 'shop',
      detailType: 'order.placed',
      ...place,
      resources: [],
      bus,
      ingested: time,
    };
    const input = busEventInput(
      { ...event, time: '2026-01-01T00:00:00Z', detail: JSON.stringify({ total }) },
      event.id,
      undefined,
    );
    await world.store.transact((tx) => tx.append(busTopic.name, 0, input));
  }
  await world.clock.advance(10);
  const pattern = { 'detail-type': ['order.placed'], detail: { total: [{ numeric: ['>', 100] }] } };
  const { matched } = await settledReplay(world, { topic: busTopic.name, pattern, dryRun: true });
  assert.equal(matched, 1);
  await world.close();
});

test('failures only: what was given up is delivered again, and the rest is not', async () => {
  const world = await open(directory());
  await notify(world, 'forbidden');
  await world.dispatch.start();
  world.behave = async () => 'error';
  await enqueue(world, 'f', 'bad');
  for (let tries = 1; tries <= 2; tries++) {
    await until('tried', () => world.calls.length === tries);
    await until('recorded', async () => {
      const { deliveries } = (await route(world, '/events/deliveries')) as { deliveries: { retryAt?: number }[] };
      return deliveries[0]?.retryAt !== undefined;
    });
    await world.clock.advance(121_000);
  }
  await until('given up', async () => (await ended(world, asyncTopic.name))?.failed === 1);
  world.behave = async () => 'ok';
  await enqueue(world, 'f', randomIds.uuid());
  await until('good', async () => (await ended(world, asyncTopic.name))?.delivered === 1);
  world.calls.length = 0;
  await world.clock.advance(1000);
  const done = await settledReplay(world, { topic: asyncTopic.name, failuresOnly: true });
  assert.equal(done.delivered, 1);
  await until('again', async () => (await ended(world, asyncTopic.name))?.delivered === 2);
  assert.equal(world.calls.length, 1);
  await world.close();
});

test('a replay that cannot be understood is refused, and one can be cancelled', async () => {
  const world = await open(directory());
  await world.dispatch.start();
  const create = (body: unknown) => handle<Replay>(world, '/events/replays', {}, body, 'POST');
  for (const body of [
    undefined,
    {},
    { topic: 'nothing' },
    { topic: 's3.objects', since: -1 },
    { topic: 's3.objects', target: 'f' },
    { topic: 's3.objects', target: 'arn:aws:lambda:us-east-1:111111111111:function:f' },
  ])
    await assert.rejects(create(body), { code: 'InvalidRequest' });
  await assert.rejects(create({ topic: 's3.objects', pattern: { a: 1 } }), { code: 'InvalidEventPatternException' });
  for (let i = 0; i < 3; i++) await put(world, `k${i}`);
  await world.clock.advance(1);
  const { id } = await create({ topic: 's3.objects', rate: 1 });
  const cancelled = await handle<Replay>(world, '/events/replays/:id', { id }, undefined, 'DELETE');
  assert.equal(cancelled.state, 'cancelled');
  await world.close();
});

test('a slow replay holds up no other, and one account does not run very many', async () => {
  const world = await open(directory());
  await world.dispatch.start();
  await notify(world, 'f');
  for (let i = 0; i < 3; i++) await put(world, `k${i}`);
  await until('delivered', async () => (await ended(world, 's3.objects'))?.delivered === 3);
  const all = { topic: 's3.objects', until: world.clock.now() + 1 };
  const create = () => handle<Replay>(world, '/events/replays', {}, { ...all, rate: 1 }, 'POST');
  const find = (id: string) => handle<Replay>(world, '/events/replays/:id', { id });
  const slow = await create();
  await until('its first slice', async () => (await find(slow.id)).delivered === 1);
  assert.equal((await settledReplay(world, all)).delivered, 3);
  assert.equal((await find(slow.id)).state, 'running');
  for (let i = 1; i < 20; i++) await create();
  await assert.rejects(create(), { status: 409 });
  await world.clock.advance(1000);
  await until('its second slice', async () => (await find(slow.id)).delivered === 2);
  await world.close();
});
