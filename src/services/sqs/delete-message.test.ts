import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';
import { sweep } from './sweep.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const remove = (url: string, ReceiptHandle: string | undefined) => room.call('DeleteMessage', { QueueUrl: url, ReceiptHandle });

test('deletes what was received, also again, with an older handle, and after a purge', async () => {
  const url = await room.create('gone');
  await room.call('SendMessage', { QueueUrl: url, MessageBody: 'm' });
  const [first] = await room.receive(url, { VisibilityTimeout: 0 });
  const [second] = await room.receive(url);
  assert.deepEqual(await remove(url, first!.ReceiptHandle), {});
  assert.deepEqual(await room.backlog(url), [0, 0, 0]);
  await remove(url, second!.ReceiptHandle);
  await room.call('PurgeQueue', { QueueUrl: url });
  await remove(url, second!.ReceiptHandle);
  assert.deepEqual(await room.backlog(url), [0, 0, 0]);
});

test('refuses what no receive of this queue gave', async () => {
  const url = await room.create('handles');
  const other = await room.create('other');
  await room.call('SendMessage', { QueueUrl: other, MessageBody: 'm' });
  const [message] = await room.receive(other);
  const changed = Buffer.from(Buffer.from(message!.ReceiptHandle!, 'base64').toString().replace(/.$/, 'z')).toString('base64');
  for (const handle of ['garbage', '', message!.ReceiptHandle!, changed]) {
    const { message: text, status } = await refused(remove(url, handle), 'ReceiptHandleIsInvalid');
    assert.deepEqual([text, status], [`The input receipt handle "${handle}" is not a valid receipt handle.`, 404]);
  }
});

test('FIFO: a handle expires with its visibility', async () => {
  const url = await room.create('expired.fifo', { ContentBasedDeduplication: 'true' });
  await room.call('SendMessage', { QueueUrl: url, MessageBody: 'm', MessageGroupId: 'g' });
  const [message] = await room.receive(url, { VisibilityTimeout: 5 });
  await room.clock.advance(5000);
  const { message: text } = await refused(remove(url, message!.ReceiptHandle), 'InvalidParameterValueException');
  const { ReceiptHandle } = message!;
  assert.equal(text, `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`);
  const [again] = await room.receive(url);
  await refused(remove(url, ReceiptHandle), 'InvalidParameterValueException');
  await remove(url, again!.ReceiptHandle);
  await remove(url, again!.ReceiptHandle);
  assert.deepEqual(await room.backlog(url), [0, 0, 0]);
});

test('works on a full disk; the sweep counts what could not be counted then', async () => {
  const url = await room.create('full');
  for (const body of ['a', 'b', 'c']) await room.call('SendMessage', { QueueUrl: url, MessageBody: body });
  const [a, b] = await room.receive(url, { MaxNumberOfMessages: 2 });
  room.fill(true);
  await remove(url, a!.ReceiptHandle);
  await room.call('DeleteMessageBatch', { QueueUrl: url, Entries: [{ Id: 'b', ReceiptHandle: b!.ReceiptHandle }] });
  room.fill(false);
  await sweep(room, new AbortController().signal);
  assert.deepEqual(await room.backlog(url), [1, 0, 0]);
});
