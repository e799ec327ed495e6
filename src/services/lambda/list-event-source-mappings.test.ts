import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIFO, mappingFixture, QUEUE } from './mappings.fixture.ts';

test('lists all, or those of a source, a function, or both, in pages', async (t) => {
  const { call } = await mappingFixture(t);
  const made = [
    await call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: QUEUE }),
    await call('CreateEventSourceMapping', { FunctionName: 'f:$LATEST', EventSourceArn: QUEUE }),
    await call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: FIFO }),
  ].map(({ UUID }) => UUID);
  const list = async (input: object) => {
    const found: string[] = [];
    for (let Marker: string | undefined; ; ) {
      const page = await call('ListEventSourceMappings', { ...input, MaxItems: 1, Marker });
      found.push(...page.EventSourceMappings.map(({ UUID }: { UUID: string }) => UUID));
      Marker = page.NextMarker;
      if (Marker === undefined) return found.sort();
    }
  };
  assert.deepEqual(await list({}), [...made].sort());
  assert.deepEqual(await list({ EventSourceArn: QUEUE }), made.slice(0, 2).sort());
  assert.deepEqual(await list({ FunctionName: 'f' }), [made[0], made[2]].sort());
  assert.deepEqual(await list({ FunctionName: 'f', EventSourceArn: FIFO }), [made[2]]);
  assert.deepEqual(await list({ FunctionName: 'unknown' }), []);
  assert.deepEqual((await call('ListEventSourceMappings', {}, { account: '111111111111' })).EventSourceMappings, []);
  await assert.rejects(call('ListEventSourceMappings', { Marker: '!' }), { code: 'InvalidParameterValueException' });
});
