import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/support/clock.ts';
import { Throttles } from './throttles.ts';

const MIB = 2 ** 20;

test('records and bytes of a second may come at once, and are filled up as time passes', async () => {
  const clock = manualClock();
  const throttles = new Throttles(clock);
  const written = (bytes: number, tries: number) =>
    Array.from({ length: tries }, () => throttles.write('s', 0, bytes)).filter(Boolean).length;
  assert.equal(written(1, 2000), 1000);
  await clock.advance(10);
  assert.equal(written(1, 2000), 10);
  await clock.advance(60_000);
  assert.equal(written(MIB / 4, 10), 4);
  await clock.advance(250);
  assert.equal(written(MIB / 4, 10), 1);
  assert.ok(throttles.write('s', 1, MIB), 'each shard has its own');
});

test('a record larger than a second passes when nothing is owed, and is paid off', async () => {
  const clock = manualClock();
  const throttles = new Throttles(clock);
  assert.ok(throttles.write('s', 0, 10 * MIB));
  await clock.advance(9000);
  assert.equal(throttles.write('s', 0, 1), false);
  await clock.advance(1001);
  assert.ok(throttles.write('s', 0, 1));
});

test('shards that refused writes are told once', () => {
  const throttles = new Throttles(manualClock());
  assert.ok(throttles.write('s', 3, MIB));
  assert.equal(throttles.write('s', 3, MIB), false);
  assert.deepEqual([...throttles.takeHot()], ['s/3']);
  assert.deepEqual([...throttles.takeHot()], []);
});

test('five reads a second, and none while bytes are owed', async () => {
  const clock = manualClock();
  const throttles = new Throttles(clock);
  for (let i = 0; i < 5; i++) assert.ok(throttles.read('s', 0));
  assert.equal(throttles.read('s', 0), false);
  await clock.advance(1000);
  assert.ok(throttles.read('s', 0));
  throttles.readBytes('s', 0, 10 * MIB);
  await clock.advance(4000);
  assert.equal(throttles.read('s', 0), false);
  await clock.advance(1);
  assert.ok(throttles.read('s', 0));
});

test('what many shards left behind is forgotten', async () => {
  const clock = manualClock();
  const throttles = new Throttles(clock);
  for (let shard = 0; shard < 10_000; shard++) throttles.write('s', shard, MIB);
  await clock.advance(13_000);
  assert.ok(throttles.write('s', 10_000, MIB));
  assert.ok(throttles.write('s', 0, MIB));
});
