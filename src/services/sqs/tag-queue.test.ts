import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('adds and replaces, within bounds', async () => {
  const url = await room.create('tags');
  const tag = (Tags: Record<string, string>) => room.call('TagQueue', { QueueUrl: url, Tags });
  await tag({ a: '1', b: '2' });
  await tag({ b: '3' });
  assert.deepEqual((await room.call('ListQueueTags', { QueueUrl: url })).Tags, { a: '1', b: '3' });
  const many = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`k${i}`, '']));
  for (const bad of [{ '': 'x' }, { 'aws:x': 'y' }, { ['k'.repeat(129)]: 'x' }, { k: 'x'.repeat(257) }, many])
    await refused(tag(bad), 'InvalidParameterValueException');
});
