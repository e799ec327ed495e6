import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('deletes up to ten, and tells apart what is no handle', async () => {
  const url = await room.create('ten');
  for (let i = 0; i < 10; i++) await room.call('SendMessage', { QueueUrl: url, MessageBody: String(i) });
  const handles = (await room.receive(url)).map(({ ReceiptHandle }) => ReceiptHandle);
  const Entries = [...handles.slice(1), 'garbage'].map((ReceiptHandle, i) => ({ Id: `e${i}`, ReceiptHandle }));
  const answer = await room.call('DeleteMessageBatch', { QueueUrl: url, Entries });
  assert.equal(answer.Successful.length, 9);
  assert.deepEqual(answer.Failed, [
    {
      Id: 'e9',
      SenderFault: true,
      Code: 'ReceiptHandleIsInvalid',
      Message: 'The input receipt handle "garbage" is not a valid receipt handle.',
    },
  ]);
  assert.deepEqual(await room.backlog(url), [0, 1, 0]);
  await refused(room.call('DeleteMessageBatch', { QueueUrl: url, Entries: [] }), 'EmptyBatchRequest');
});

test('FIFO: a batch deleted whole frees its group for what comes behind', async () => {
  const url = await room.create('batch.fifo', { ContentBasedDeduplication: 'true' });
  for (let i = 0; i < 12; i++) await room.call('SendMessage', { QueueUrl: url, MessageBody: String(i), MessageGroupId: 'g' });
  const Entries = (await room.receive(url)).map(({ ReceiptHandle }, i) => ({ Id: `e${i}`, ReceiptHandle }));
  await room.call('DeleteMessageBatch', { QueueUrl: url, Entries });
  assert.deepEqual(
    (await room.receive(url)).map(({ Body }) => Body),
    ['10', '11'],
  );
});
