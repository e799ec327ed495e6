import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('answers no Tags when there are none', async () => {
  const url = await room.create('bare');
  assert.deepEqual(await room.call('ListQueueTags', { QueueUrl: url }), {});
  await refused(room.call('ListQueueTags', { QueueUrl: `${url}x` }), 'QueueDoesNotExist');
});
