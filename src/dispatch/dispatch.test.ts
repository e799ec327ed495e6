import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomIds } from '../kernel/index.ts';
import { bucketNotifications } from '../model/index.ts';
import { arnOf, directory, ended, enqueue, open, place, put, route, until } from './world.fixture.ts';

test('an accepted invocation runs with its request id and ends as delivered', async () => {
  const world = await open(directory());
  await world.dispatch.start();
  const id = randomIds.uuid();
  await enqueue(world, 'f', id);
  await until('delivered', async () => (await ended(world, 'lambda.async'))?.delivered === 1);
  assert.deepEqual(
    world.calls.map((call) => [call.requestId, call.payload.toString()]),
    [[id, '{"n":1}']],
  );
  await world.close();
});

test('a failing function is tried three times, after one and two minutes, with the same id', async () => {
  const world = await open(directory());
  world.behave = async () => 'error';
  await world.dispatch.start();
  await enqueue(world, 'f');
  const waiting = (tries: number) =>
    until(`${tries} tries recorded`, async () => {
      const { deliveries } = (await route(world, '/events/deliveries')) as {
        deliveries: { attempts: number; retryAt?: number }[];
      };
      return deliveries[0]?.attempts === tries && deliveries[0].retryAt !== undefined;
    });
  await waiting(1);
  await world.clock.advance(59_000);
  assert.equal(world.calls.length, 1);
  await world.clock.advance(1001);
  await waiting(2);
  await world.clock.advance(120_001);
  await until('failed', async () => (await ended(world, 'lambda.async'))?.failed === 1);
  assert.equal(world.calls.length, 3);
  assert.equal(new Set(world.calls.map((call) => call.requestId)).size, 1);
  const { deliveries } = (await route(world, '/events/deliveries', 'state=failed')) as {
    deliveries: { reason: string; attempts: number }[];
  };
  assert.deepEqual(
    deliveries.map(({ reason, attempts }) => [reason, attempts]),
    [['RetriesExhausted', 3]],
  );
  await world.close();
});

test('removed functions, missing permission and zero concurrency end deliveries without running anything', async () => {
  const world = await open(directory());
  await world.store.transact((tx) =>
    tx.put(bucketNotifications, {
      bucket: 'b',
      ...place,
      rules: [{ id: 'r', events: ['s3:ObjectCreated:*'], target: { kind: 'function', arn: arnOf('forbidden') } }],
    }),
  );
  await world.dispatch.start();
  await enqueue(world, 'gone');
  await enqueue(world, 'off');
  await put(world, 'k');
  await put(world, 'k', 'ObjectRemoved:Delete');
  await until('three ends', async () => {
    const [invoked, stored] = [await ended(world, 'lambda.async'), await ended(world, 's3.objects')];
    return invoked?.dropped === 1 && invoked.failed === 1 && stored?.dropped === 1 && stored.unmatched === 1;
  });
  assert.equal(world.calls.length, 0);
  await world.close();
});

test('a slow function holds up nobody else, and its backlog waits in the store', async () => {
  const world = await open(directory());
  const release: (() => void)[] = [];
  world.behave = async (call) => {
    if (call.function.name === 'slow') await new Promise<void>((resolve) => release.push(resolve));
    return 'ok';
  };
  await world.dispatch.start();
  for (let i = 0; i < 250; i++) void enqueue(world, 'slow');
  await enqueue(world, 'fast');
  await until('fast ran', () => world.calls.some((call) => call.function.name === 'fast'));
  await until('slow is at its bound', () => release.length === 100);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(release.length, 100);
  const drain = setInterval(() => {
    for (const go of release.splice(0)) go();
  }, 1);
  await until('all delivered', async () => (await ended(world, 'lambda.async'))?.delivered === 251);
  clearInterval(drain);
  assert.equal(world.calls.length, 251);
  await world.close();
});

test('what was being tried when the process ended is tried again, and has one outcome', async () => {
  const at = directory();
  const first = await open(at);
  first.behave = () => new Promise(() => {});
  await first.dispatch.start();
  for (let i = 0; i < 150; i++) void enqueue(first, 'f');
  await until('some are being tried', () => first.calls.length === 100);
  await first.dispatch.stop(AbortSignal.abort());
  await first.store.close();
  const second = await open(at, first.clock);
  await second.dispatch.start();
  await until('all delivered', async () => (await ended(second, 'lambda.async'))?.delivered === 150);
  const tried = new Set(second.calls.map((call) => call.requestId));
  assert.ok(first.calls.every((call) => tried.has(call.requestId)));
  assert.equal(second.calls.length, 150);
  await second.close();
});
