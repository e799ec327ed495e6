import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDynamo } from '../../../test/support/dynamodb-room.ts';
import { changeTopic, tableStreams } from '../../model/index.ts';
import { chores, items, tables } from './collections.ts';

const STREAM = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } };
const DAY = 24 * 60 * 60_000;

test('records of a stream go after a day, the stream when it was disabled a day ago, and its lane is used again', async () => {
  const dynamo = await openDynamo();
  try {
    const put = (TableName: string, pk: string) => dynamo.call('PutItem', { TableName, Item: { pk: { S: pk } } });
    await dynamo.table('first', STREAM);
    for (let i = 0; i < 5; i++) await put('first', `old ${i}`);
    await dynamo.clock.advance(DAY / 2);
    for (let i = 0; i < 3; i++) await put('first', `young ${i}`);
    await dynamo.clock.advance(DAY / 2 + 1);
    await dynamo.upkeep();
    assert.deepEqual(await dynamo.store.read.bounds(changeTopic.name, 0), { first: 6, next: 9 });
    await dynamo.call('DeleteTable', { TableName: 'first' });
    await dynamo.table('second', STREAM);
    await put('second', 'a');
    assert.equal((await dynamo.store.read.bounds(changeTopic.name, 1)).next, 2);
    await dynamo.clock.advance(DAY + 1);
    await dynamo.upkeep();
    const left = (await dynamo.store.read.range(tableStreams, { limit: 10 })).items;
    assert.deepEqual(
      left.map(({ table }) => table),
      ['second'],
    );
    await dynamo.table('third', STREAM);
    await put('third', 'a');
    const [event] = await dynamo.store.read.events(changeTopic.name, 0, 1, 10);
    assert.deepEqual([event?.position, event?.subject.includes('third')], [9, true]);
  } finally {
    await dynamo.close();
  }
});

test('a chore whose table is gone ends, and those of several slices go on', async () => {
  const dynamo = await openDynamo();
  try {
    await dynamo.table('large');
    const put = (i: number) => dynamo.call('PutItem', { TableName: 'large', Item: { pk: { S: `${i}` }, due: { N: '1' } } });
    await Promise.all(Array.from({ length: 250 }, (_, i) => put(i)));
    await dynamo.call('UpdateTimeToLive', {
      TableName: 'large',
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'due' },
    });
    await dynamo.call('DeleteTable', { TableName: 'large' });
    await dynamo.upkeep();
    for (const collection of [chores, items, tables])
      assert.equal((await dynamo.store.read.range(collection as typeof items, { limit: 10 })).items.length, 0);
  } finally {
    await dynamo.close();
  }
});
