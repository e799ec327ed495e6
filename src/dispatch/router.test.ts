import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketNotifications, objectTopic } from '../model/index.ts';
import { arnOf, directory, ended, open, place, put, until } from './world.fixture.ts';

test('an event that cannot be matched for a defect reaches nobody, and holds up nothing', async () => {
  const world = await open(directory());
  const rules = [{ id: 'r', events: ['s3:ObjectCreated:*'], target: { kind: 'function' as const, arn: arnOf('f') } }];
  const broken = { id: 'broken', type: 'ObjectCreated:Put', source: 's3', subject: 'x', ...place, time: 0, body: null };
  await world.store.transact(async (tx) => {
    await tx.put(bucketNotifications, { bucket: 'b', ...place, rules });
    await tx.append(objectTopic.name, 0, broken);
  });
  await put(world, 'good');
  await world.dispatch.start();
  await until('the good one', async () => (await ended(world, objectTopic.name))?.delivered === 1);
  const sums = (await ended(world, objectTopic.name)) as unknown as Record<string, number>;
  assert.deepEqual([sums.unmatched, sums.routed, world.calls.length], [1, 1, 1]);
  await world.close();
});
