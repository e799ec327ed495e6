import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('removes tags, also those that are not there', async () => {
  const url = await room.create('tags');
  await room.call('TagQueue', { QueueUrl: url, Tags: { a: '1', b: '2' } });
  await room.call('UntagQueue', { QueueUrl: url, TagKeys: ['a', 'none'] });
  assert.deepEqual((await room.call('ListQueueTags', { QueueUrl: url })).Tags, { b: '2' });
});
