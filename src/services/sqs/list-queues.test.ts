import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('lists by name and prefix, in pages when they are asked for', async () => {
  assert.deepEqual(await room.call('ListQueues'), {});
  for (const name of ['b2', 'a', 'b1', 'b3', 'c.fifo']) await room.create(name);
  const names = (urls: string[]) => urls.map((url) => url.split('/').at(-1));
  assert.deepEqual(names((await room.call('ListQueues')).QueueUrls), ['a', 'b1', 'b2', 'b3', 'c.fifo']);
  assert.deepEqual(names((await room.call('ListQueues', { QueueNamePrefix: 'b' })).QueueUrls), ['b1', 'b2', 'b3']);
  const first = await room.call('ListQueues', { QueueNamePrefix: 'b', MaxResults: 2 });
  const rest = await room.call('ListQueues', { QueueNamePrefix: 'b', MaxResults: 2, NextToken: first.NextToken });
  assert.deepEqual([names(first.QueueUrls), names(rest.QueueUrls), rest.NextToken], [['b1', 'b2'], ['b3'], undefined]);
  await refused(room.call('ListQueues', { MaxResults: 1001 }), 'InvalidParameterValueException');
  await refused(room.call('ListQueues', { NextToken: '!' }), 'InvalidParameterValueException');
});
