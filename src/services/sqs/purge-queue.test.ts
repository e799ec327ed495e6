import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bodies, openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';
import { messages } from './collections.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('nothing sent before is received afterwards; FIFO: duplicates stay duplicates, numbers go on', async () => {
  for (const name of ['purged', 'purged.fifo']) {
    const fifo = name.endsWith('.fifo');
    const url = await room.create(name, fifo ? { ContentBasedDeduplication: 'true' } : {});
    const send = (body: string) =>
      room.call('SendMessage', { QueueUrl: url, MessageBody: body, ...(fifo ? { MessageGroupId: 'g' } : {}) });
    const before = await send('a');
    await send('b');
    await room.receive(url, { MaxNumberOfMessages: 1 });
    await room.call('PurgeQueue', { QueueUrl: url });
    assert.deepEqual(await room.backlog(url), [0, 0, 0]);
    if (fifo) assert.equal((await send('a')).MessageId, before.MessageId);
    const after = await send('c');
    if (fifo) assert.ok(after.SequenceNumber > before.SequenceNumber);
    assert.deepEqual(bodies(await room.receive(url)), ['c']);
  }
});

test('one a minute and queue; a clock that was set back does not lengthen the minute', async () => {
  const url = await room.create('hasty');
  const send = (MessageBody: string) => room.call('SendMessage', { QueueUrl: url, MessageBody });
  const purge = () => room.call('PurgeQueue', { QueueUrl: url });
  await purge();
  await send('kept');
  const { message, status } = await refused(purge(), 'PurgeQueueInProgress');
  assert.equal(message, 'Only one PurgeQueue operation on hasty is allowed every 60 seconds.');
  assert.equal(status, 403);
  await room.clock.advance(59_999);
  await refused(purge(), 'PurgeQueueInProgress');
  assert.deepEqual(await room.backlog(url), [1, 0, 0]);
  await room.call('PurgeQueue', { QueueUrl: await room.create('another') });
  await room.clock.advance(1);
  await purge();
  assert.deepEqual(await room.backlog(url), [0, 0, 0]);
  room.clock.jump(-3_600_000);
  await purge();
});

test('works on a full disk, where it is needed most', async () => {
  const url = await room.create('full');
  for (const body of ['a', 'b']) await room.call('SendMessage', { QueueUrl: url, MessageBody: body });
  const before = await room.store.read.count(messages, []);
  room.fill(true);
  await refused(room.call('SendMessage', { QueueUrl: url, MessageBody: 'c' }), 'StoreFull');
  await room.call('PurgeQueue', { QueueUrl: url });
  assert.equal(await room.store.read.count(messages, []), before - 2);
  assert.deepEqual(await room.backlog(url), [0, 0, 0]);
  room.fill(false);
});
