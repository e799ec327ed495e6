import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventSourceMappings, mappingTopic } from '../../model/index.ts';
import { mappingFixture, STREAM } from './mappings.fixture.ts';

const place = { account: '000000000000', region: 'us-east-1' };

test('a mapping is told where to go back to, and what is gone or going is left alone', async (t) => {
  const { call, service, deps, settle } = await mappingFixture(t);
  const input = { EventSourceArn: STREAM, FunctionName: 'f', StartingPosition: 'LATEST' };
  const { UUID: uuid = '' } = (await call('CreateEventSourceMapping', input)) as { UUID?: string };
  await settle();
  const marks = [{ shardId: 'shardId-0', lane: 3, position: 5 }];
  const rewind = (name: string) => deps.store.transact((tx) => service.rewindMapping(tx, { ...place, uuid: name }, marks));
  const row = () => deps.store.read.get(eventSourceMappings, [place.account, place.region, uuid]);
  const { next } = await deps.store.read.bounds(mappingTopic.name, 0);
  await rewind(uuid);
  assert.deepEqual((await row())?.rewind, marks);
  const [told] = await deps.store.read.events(mappingTopic.name, 0, next, 1);
  assert.deepEqual(told?.body, { uuid });
  assert.ok(!('rewind' in ((await call('GetEventSourceMapping', { UUID: uuid })) as object)));
  await call('DeleteEventSourceMapping', { UUID: uuid });
  await deps.store.transact(async (tx) => {
    const { rewind: _, ...mapping } = (await tx.get(eventSourceMappings, [place.account, place.region, uuid]))!;
    await tx.put(eventSourceMappings, mapping);
  });
  await rewind(uuid);
  await rewind('not-there');
  assert.equal((await row())?.rewind, undefined);
});
