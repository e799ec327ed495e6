import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/clock.ts';
import { platformFailure } from '../kernel/index.ts';
import {
  type AsyncSettings,
  asyncTopic,
  bucketNotifications,
  type DeliveryOutcome,
  type NotificationRule,
} from '../model/index.ts';
import { ACCOUNT, arnOf, directory, ended, enqueue, open, place, put, route, until, type World } from './world.fixture.ts';

const queue = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

const notify = (world: World, target: NotificationRule['target'], toBus = false) =>
  world.store.transact((tx) =>
    tx.put(bucketNotifications, {
      bucket: 'b',
      ...place,
      rules: [{ id: 'r', events: ['s3:ObjectCreated:*'], target }],
      ...(toBus ? { toBus } : {}),
    }),
  );

const outcomes = async (world: World, state: string) =>
  ((await route(world, '/events/deliveries', `state=${state}`)) as { deliveries: DeliveryOutcome[] }).deliveries;

const settled = (settings: Partial<AsyncSettings>) => ({
  asyncSettings: async () => ({ maxRetries: 0, maxAgeMs: 21_600_000, ...settings }),
});

test('a queue and a bus get an object event once, in order, on behalf of the bucket', async () => {
  const world = await open(directory());
  await notify(world, { kind: 'queue', arn: queue('q') }, true);
  for (const key of ['a', 'b', 'c']) await put(world, key);
  await world.dispatch.start();
  await until('all delivered', async () => (await ended(world, 's3.objects'))?.delivered === 6);
  const bodies = world.puts.filter(({ target }) => target.kind === 'queue').map(({ item }) => JSON.parse(item.body).Records[0]);
  assert.deepEqual(
    bodies.map((record) => record.s3.object.key),
    ['a', 'b', 'c'],
  );
  const { target, item } = world.puts.find((one) => one.target.kind === 'bus')!;
  assert.equal(target.arn, `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`);
  assert.deepEqual([item.source, item.detailType, item.resources], ['aws.s3', 'Object Created', ['arn:aws:s3:::b']]);
  assert.equal(JSON.parse(item.body).object.key, 'a');
  assert.deepEqual(item.caller, { service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::b', sourceAccount: ACCOUNT });
  await world.close();
});

test('a queue that is busy is tried again; one that refuses ends the delivery', async () => {
  let [busy, tries] = [2, 0];
  const world = await open(directory(), manualClock(), {
    put: async (_tx, target) => {
      tries += 1;
      if (target.arn === queue('closed')) throw platformFailure('TargetRefused');
      if (busy-- > 0) throw platformFailure('TargetBusy');
    },
  });
  await notify(world, { kind: 'queue', arn: queue('q') });
  await put(world, 'k');
  await world.dispatch.start();
  await until('first try', () => tries === 1);
  for (const [waitMs, tried] of [
    [1001, 2],
    [2001, 3],
  ] as const) {
    await until('it waits', async () => (await outcomes(world, 'in-flight')).some((row) => row.attempts === tried - 1));
    await world.clock.advance(waitMs);
    await until(`try ${tried}`, () => tries === tried);
  }
  await until('delivered', async () => (await ended(world, 's3.objects'))?.delivered === 1);
  await notify(world, { kind: 'queue', arn: queue('closed') });
  await put(world, 'k');
  await until('failed', async () => (await ended(world, 's3.objects'))?.failed === 1);
  const [failed] = await outcomes(world, 'failed');
  assert.match(failed!.reason, /does not permit/);
  await world.close();
});

test('a put that breaks holds up nobody: each is then tried by itself', async () => {
  const world = await open(directory(), manualClock(), {
    put: async (_tx, _target, item) => {
      if (JSON.parse(item.body).Records[0].s3.object.key === 'bad') throw new TypeError('a defect');
      world.puts.push({ target: { kind: 'queue', arn: queue('q') }, item });
    },
  });
  await notify(world, { kind: 'queue', arn: queue('q') });
  for (const key of ['a', 'bad', 'b']) await put(world, key);
  await world.dispatch.start();
  await until('the others are delivered', async () => (await outcomes(world, 'delivered')).length === 2);
  const waiting = async () => (await outcomes(world, 'in-flight')) as unknown as { lastError?: string }[];
  await until('the broken one waits', async () => /a defect/.test((await waiting())[0]?.lastError ?? ''));
  await put(world, 'c');
  await until('what comes later is delivered too', async () => (await outcomes(world, 'delivered')).length === 3);
  await world.close();
});

test('destinations are told of success and failure, and a dead-letter queue keeps the event', async () => {
  const spec = { onSuccess: queue('done'), onFailure: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/ops` };
  const world = await open(directory(), manualClock(), settled(spec));
  await world.dispatch.start();
  await enqueue(world, 'f', 'one');
  await until('delivered', async () => (await ended(world, asyncTopic.name))?.delivered === 1);
  const success = JSON.parse(world.puts[0]!.item.body);
  assert.equal(world.puts[0]!.target.arn, queue('done'));
  assert.deepEqual(success.requestContext, {
    requestId: 'one',
    functionArn: `${arnOf('f')}:$LATEST`,
    condition: 'Success',
    approximateInvokeCount: 1,
  });
  assert.deepEqual([success.requestPayload, success.responsePayload], [{ n: 1 }, null]);
  world.behave = async () => 'error';
  await enqueue(world, 'with-dead-letters', 'two');
  await until('given up', async () => (await ended(world, asyncTopic.name))?.['dead-lettered'] === 1);
  const [bus, dead] = world.puts.slice(1);
  assert.equal(bus!.item.detailType, 'Lambda Function Invocation Result - Failure');
  assert.equal(JSON.parse(bus!.item.body).responseContext.functionError, 'Unhandled');
  assert.deepEqual([dead!.target.arn, dead!.item.body], [queue('dead'), '{"n":1}']);
  assert.deepEqual(dead!.item.attributes!.ErrorCode, { type: 'Number', value: '200' });
  assert.equal((await outcomes(world, 'dead-lettered'))[0]!.deadLetter, spec.onFailure);
  await world.close();
});

test('another function as destination is invoked by the record, with its cause', async () => {
  const world = await open(directory(), manualClock(), settled({ onSuccess: arnOf('next') }));
  world.behave = async () => 'ok';
  await world.dispatch.start();
  await enqueue(world, 'f', 'one');
  await until('next ran', () => world.calls.some((call) => call.function.name === 'next'));
  const next = world.calls.find((call) => call.function.name === 'next')!;
  assert.equal(JSON.parse(Buffer.from(next.payload).toString()).requestContext.requestId, 'one');
  await world.close();
});

test('what goes to another account is asked for with its conditions, and a function there runs as one of its account', async () => {
  const asked: unknown[] = [];
  const foreign = (service: string, resource: string) => `arn:aws:${service}:us-east-1:222222222222:${resource}`;
  const settings = { onSuccess: foreign('lambda', 'function:next'), onFailure: foreign('events', 'event-bus/ops') };
  const world = await open(directory(), manualClock(), {
    ...settled(settings),
    mayAct: async (...question) => asked.push(question) > 0,
  });
  await world.dispatch.start();
  await enqueue(world, 'f', 'one');
  await until('next ran', () => world.calls.some((call) => call.function.name === 'next'));
  const [, second] = await world.store.read.events(asyncTopic.name, 0, 1, 10);
  assert.deepEqual([second!.account, second!.subject, second!.cause], ['222222222222', settings.onSuccess, 'one']);
  world.behave = async () => 'error';
  await enqueue(world, 'f', 'two');
  await until('given up', () => world.puts.some(({ target }) => target.arn === settings.onFailure));
  const role = 'arn:aws:iam::000000000000:role/r';
  const conditions = {
    'events:source': 'lambda',
    'events:detail-type': 'Lambda Function Invocation Result - Failure',
    'events:eventbusinvocation': 'false',
  };
  assert.deepEqual(asked[0], [role, 'lambda:InvokeFunction', settings.onSuccess, {}]);
  assert.deepEqual(
    asked.find((question) => (question as string[])[1] === 'events:PutEvents'),
    [role, 'events:PutEvents', settings.onFailure, conditions],
  );
  await world.close();
});

test('a function that causes itself is stopped after sixteen runs, unless it may', async () => {
  const world = await open(directory());
  world.behave = async (call) => {
    await world.store.transact((tx) =>
      world.dispatch.enqueue(tx, {
        ...place,
        requestId: `run-${world.calls.length}`,
        functionArn: arnOf(world.calls.length > 40 ? 'other' : call.function.name),
        payload: '1',
        time: world.clock.now(),
        cause: call.requestId,
      }),
    );
    return 'ok';
  };
  await world.dispatch.start();
  await enqueue(world, 'f', 'first');
  await until('stopped', async () => (await ended(world, asyncTopic.name))?.failed === 1);
  assert.equal(world.calls.length, 16);
  assert.equal((await outcomes(world, 'failed'))[0]!.reason, 'RecursiveInvocation');
  await enqueue(world, 'may-recur', 'second');
  await until('it went on', () => world.calls.length > 40);
  await world.close();
});
