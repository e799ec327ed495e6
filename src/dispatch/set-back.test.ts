import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Delivery, deliveries } from '../model/index.ts';
import { arnOf, directory, enqueue, open, until, type World } from './world.fixture.ts';

const DAY = 86_400_000;

const rows = async (world: World): Promise<Delivery[]> => (await world.store.read.range(deliveries, { limit: 100 })).items;
const retries = (world: World) => until('a retry is due', async () => (await rows(world))[0]?.retryAt !== undefined);

/** Time passes in steps, so that what works behind gets to look at the clock. */
async function pass(world: World, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1000) {
    await world.clock.advance(Math.min(left, 1000));
    await world.store.transact(async () => {});
  }
}

test('a retry comes in its time when the clock is set back meanwhile, not when the clock is there again', async () => {
  const world = await open(directory());
  await world.dispatch.start();
  world.behave = async () => 'error';
  await enqueue(world, 'failing');
  await retries(world);
  const [before] = await rows(world);
  const wait = before!.retryAt! - world.clock.now();
  world.clock.jump(-DAY);
  world.behave = async () => 'ok';
  await pass(world, wait - 1000);
  assert.equal(world.calls.length, 1);
  await pass(world, 7_000);
  await until('it was tried again', () => world.calls.length === 2);
  await world.close();
});

test('what was tried since keeps its wait', async () => {
  const world = await open(directory());
  await world.dispatch.start();
  await pass(world, 1_000);
  world.behave = async () => 'error';
  world.clock.jump(-DAY);
  await enqueue(world, 'failing');
  await retries(world);
  const [before] = await rows(world);
  await pass(world, 6_000);
  assert.equal((await rows(world))[0]!.retryAt, before!.retryAt);
  await world.close();
});

test('a start on a clock that is behind tries in its time what was to be tried, and at once what waited', async () => {
  const at = directory();
  const first = await open(at);
  await first.dispatch.start();
  first.behave = async () => 'error';
  await enqueue(first, 'failing');
  await retries(first);
  const [retry] = await rows(first);
  const wait = retry!.retryAt! - first.clock.now();
  const { retryAt: _, ...waiting } = retry!;
  await first.store.transact((tx) =>
    tx.put(deliveries, { ...waiting, id: 'waiting', target: arnOf('waiting'), nextAt: first.clock.now() }),
  );
  first.clock.jump(-DAY);
  await first.close();
  const world = await open(at, first.clock);
  await world.dispatch.start();
  await pass(world, wait - 5_000);
  const left = await rows(world);
  assert.deepEqual(
    left.map(({ id }) => id),
    [retry!.id],
    'the one that waited was taken up',
  );
  await pass(world, 7_000);
  await until('it was tried again', () => world.calls.length >= 1);
  await until('all ended', async () => (await rows(world)).length === 0);
  await world.close();
});
