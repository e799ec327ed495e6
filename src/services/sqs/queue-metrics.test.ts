import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSqs, type SqsRoom } from '../../../test/support/sqs-room.ts';
import type { OpenMetrics } from '../../model/index.ts';
import { createQueueMetrics } from './queue-metrics.ts';

/** What was counted, as `metric value` of each queue. */
function counting() {
  const counted: string[] = [];
  const open: OpenMetrics = (family) => (resource, metric, value) => {
    const [dimensions] = family.dimensionsOf(resource);
    counted.push(`${dimensions!.QueueName} ${metric} ${value}`);
  };
  return { open, taken: () => counted.splice(0) };
}

async function roomWith(open: OpenMetrics): Promise<SqsRoom> {
  return openSqs(async () => true, open);
}

test('sends, receives and deletes are counted', async () => {
  const { open, taken } = counting();
  const room = await roomWith(open);
  const QueueUrl = await room.create('q');
  await room.call('SendMessage', { QueueUrl, MessageBody: 'four', MessageAttributes: {} });
  assert.deepEqual(taken(), ['q NumberOfMessagesSent 1', 'q SentMessageSize 4']);
  const Entries = [
    { Id: 'a', MessageBody: 'x' },
    { Id: 'b', MessageBody: 'yy' },
  ];
  await room.call('SendMessageBatch', { QueueUrl, Entries });
  assert.deepEqual(taken(), ['q NumberOfMessagesSent 2', 'q SentMessageSize 1', 'q SentMessageSize 2']);
  const received = await room.receive(QueueUrl);
  assert.deepEqual(taken(), ['q NumberOfMessagesReceived 3']);
  assert.equal((await room.receive(QueueUrl)).length, 0);
  assert.deepEqual(taken(), ['q NumberOfEmptyReceives 1']);
  const [first, ...others] = received.map(({ ReceiptHandle }) => ReceiptHandle);
  await room.call('DeleteMessage', { QueueUrl, ReceiptHandle: first });
  await room.call('DeleteMessageBatch', {
    QueueUrl,
    Entries: others.map((ReceiptHandle, i) => ({ Id: String(i), ReceiptHandle })),
  });
  assert.deepEqual(taken(), ['q NumberOfMessagesDeleted 1', 'q NumberOfMessagesDeleted 2']);
  await room.close();
});

test('so is what event source mappings and other services do', async () => {
  const { open, taken } = counting();
  const room = await roomWith(open);
  await room.create('q');
  const arn = 'arn:aws:sqs:us-east-1:000000000000:q';
  const { source, putInto } = room.service;
  const caller = { role: 'arn:aws:iam::000000000000:role/r' };
  await room.store.transact((tx) => putInto(tx, arn, { id: 'i', body: 'body', time: room.clock.now(), caller }));
  assert.deepEqual(taken(), ['q NumberOfMessagesSent 1', 'q SentMessageSize 4']);
  const [message] = await source.receive(arn, 10, 1000);
  assert.deepEqual(await source.receive(arn, 10, 1000), []);
  assert.deepEqual(taken(), ['q NumberOfMessagesReceived 1'], 'nobody polls: an empty look is no receive');
  await room.store.transact((tx) => source.remove(tx, arn, [message!.receiptHandle]));
  assert.deepEqual(taken(), ['q NumberOfMessagesDeleted 1']);
  await room.close();
});

test('queues in use and those that hold messages are looked at each minute; empty ones rest after a while', async () => {
  const { open, taken } = counting();
  const room = await roomWith(open);
  const QueueUrl = await room.create('full');
  const fifo = await room.create('order.fifo');
  await room.create('empty');
  await room.call('SendMessage', { QueueUrl, MessageBody: 'a' });
  await room.clock.advance(61_500);
  await room.call('SendMessage', { QueueUrl, MessageBody: 'b', DelaySeconds: 100 });
  await room.call('SendMessage', { QueueUrl: fifo, MessageBody: 'c', MessageGroupId: 'g', MessageDeduplicationId: 'd' });
  await room.receive(QueueUrl);
  taken();
  const metrics = createQueueMetrics(room, open);
  const look = async () => {
    assert.equal(await metrics.look(AbortSignal.timeout(5000)), 60_000);
    return taken().map((one) => one.replace('ApproximateNumberOfMessages', ''));
  };
  const [full, order] = [
    ['full Visible 0', 'full NotVisible 1', 'full Delayed 1', 'full ApproximateAgeOfOldestMessage 61'],
    ['order.fifo Visible 1', 'order.fifo NotVisible 0', 'order.fifo Delayed 0', 'order.fifo ApproximateAgeOfOldestMessage 0'],
  ];
  assert.deepEqual((await look()).sort(), [...full!, ...order!].sort());
  await room.call('PurgeQueue', { QueueUrl });
  await room.call('DeleteQueue', { QueueUrl: fifo });
  assert.deepEqual(await look(), [
    'full Visible 0',
    'full NotVisible 0',
    'full Delayed 0',
    'full ApproximateAgeOfOldestMessage 0',
  ]);
  for (let minutes = 0; minutes < 20; minutes++) await look();
  assert.deepEqual(await look(), []);
  await room.close();
});
