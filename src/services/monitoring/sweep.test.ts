import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';
import { metrics, points } from './collections.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let room: MonitoringRoom;
beforeEach(async () => {
  room = await openMonitoring();
});
afterEach(() => room.close());

const kept = async () =>
  (await room.store.read.range(points, { limit: 1000 })).items.map(({ period, count, sum }) => [period, count, sum]);
const total = async (since: number) => {
  const range = { StartTime: new Date(since), EndTime: new Date(room.clock.now()), Period: DAY / 1000 };
  return (await room.points({ ...range, Statistics: ['Sum'] })).reduce((sum, { Sum }) => sum + Sum, 0);
};

test('values move to longer periods as they grow old, and nothing is lost or counted twice', async () => {
  const began = room.clock.now();
  const data = Array.from({ length: 400 }, (_, i) => ({ Value: i, StorageResolution: 1, Timestamp: new Date(began + i * 1000) }));
  await room.put(...data);
  const sum = (400 * 399) / 2;
  await room.clock.advance(3 * HOUR);
  await room.monitoring.sweep.round();
  assert.equal((await kept()).length, 400);
  await room.clock.advance(HOUR);
  await room.monitoring.sweep.round();
  assert.deepEqual(
    (await kept()).map(([period, count]) => [period, count]),
    [...Array(6).fill([60, 60]), [60, 40]],
  );
  assert.equal(await total(began), sum);
  await room.clock.advance(15 * DAY);
  await room.monitoring.sweep.round();
  assert.deepEqual(
    (await kept()).map(([period, count]) => [period, count]),
    [
      [300, 300],
      [300, 100],
    ],
  );
  assert.equal(await total(began), sum);
  await room.clock.advance(48 * DAY);
  await room.monitoring.sweep.round();
  assert.deepEqual(await kept(), [[3600, 400, sum]]);
  assert.equal(await total(began), sum);
  await room.clock.advance(392 * DAY);
  await room.monitoring.sweep.round();
  assert.deepEqual(await kept(), []);
  assert.deepEqual((await room.store.read.range(metrics, { limit: 10 })).items, []);
});

test('runs every minute between start and stop', async () => {
  await room.put({ Value: 1, StorageResolution: 1 });
  await room.clock.advance(4 * HOUR);
  await room.monitoring.sweep.start();
  await room.clock.advance(60_000);
  await room.monitoring.sweep.stop(AbortSignal.timeout(1000));
  await room.monitoring.sweep.round();
  assert.equal((await kept()).length, 1);
});
