import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';
import { messages } from './collections.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('is gone at once, with all in it; a new one of the name is empty and does not know its handles', async () => {
  const url = await room.create('again');
  for (const body of ['a', 'b']) await room.call('SendMessage', { QueueUrl: url, MessageBody: body });
  const [message] = await room.receive(url, { MaxNumberOfMessages: 1 });
  await room.call('DeleteQueue', { QueueUrl: url });
  await refused(room.call('DeleteQueue', { QueueUrl: url }), 'QueueDoesNotExist');
  await room.create('again');
  assert.deepEqual(await room.backlog(url), [0, 0, 0]);
  assert.deepEqual(await room.receive(url), []);
  const { ReceiptHandle } = message!;
  await refused(room.call('DeleteMessage', { QueueUrl: url, ReceiptHandle }), 'ReceiptHandleIsInvalid');
});

test('works on a full disk, where it is needed most', async () => {
  const url = await room.create('full');
  for (const body of ['a', 'b']) await room.call('SendMessage', { QueueUrl: url, MessageBody: body });
  const before = await room.store.read.count(messages, []);
  room.fill(true);
  await refused(room.call('SendMessage', { QueueUrl: url, MessageBody: 'c' }), 'StoreFull');
  await room.call('DeleteQueue', { QueueUrl: url });
  assert.equal(await room.store.read.count(messages, []), before - 2);
  await refused(room.backlog(url), 'QueueDoesNotExist');
  room.fill(false);
});
