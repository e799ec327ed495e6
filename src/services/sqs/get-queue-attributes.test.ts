import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const get = (url: string, AttributeNames?: string[]) => room.call('GetQueueAttributes', { QueueUrl: url, AttributeNames });

test('answers defaults, of FIFO queues too; nothing when nothing is asked for', async () => {
  const seconds = String(Math.floor(room.clock.now() / 1000));
  const url = await room.create('defaults');
  const standard = {
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesDelayed: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
    CreatedTimestamp: seconds,
    DelaySeconds: '0',
    LastModifiedTimestamp: seconds,
    MaximumMessageSize: '1048576',
    MessageRetentionPeriod: '345600',
    QueueArn: 'arn:aws:sqs:us-east-1:000000000000:defaults',
    ReceiveMessageWaitTimeSeconds: '0',
    SqsManagedSseEnabled: 'false',
    VisibilityTimeout: '30',
  };
  assert.deepEqual((await get(url, ['All'])).Attributes, standard);
  assert.deepEqual(await get(url), {});
  assert.deepEqual((await get(url, ['QueueArn', 'Policy'])).Attributes, { QueueArn: standard.QueueArn });
  const fifo = await room.create('defaults.fifo');
  assert.deepEqual((await get(fifo, ['All'])).Attributes, {
    ...standard,
    QueueArn: `${standard.QueueArn}.fifo`,
    ContentBasedDeduplication: 'false',
    DeduplicationScope: 'queue',
    FifoQueue: 'true',
    FifoThroughputLimit: 'perQueue',
  });
  const { message } = await refused(get(url, ['Nonsense']), 'InvalidAttributeName');
  assert.equal(message, 'Unknown Attribute Nonsense.');
});

test('counts what is visible, in flight and delayed, of both kinds', async () => {
  for (const name of ['counts', 'counts.fifo']) {
    const fifo = name.endsWith('.fifo');
    const url = await room.create(name, fifo ? { ContentBasedDeduplication: 'true' } : {});
    const send = (body: string) =>
      room.call('SendMessage', { QueueUrl: url, MessageBody: body, ...(fifo ? { MessageGroupId: body } : {}) });
    for (const body of ['a', 'b', 'c']) await send(body);
    await room.call('SetQueueAttributes', { QueueUrl: url, Attributes: { DelaySeconds: '10' } });
    await send('d');
    await room.receive(url, { MaxNumberOfMessages: 2 });
    assert.deepEqual(await room.backlog(url), [1, 2, 1]);
    await room.clock.advance(10_000);
    assert.deepEqual(await room.backlog(url), [2, 2, 0]);
    await room.clock.advance(20_000);
    assert.deepEqual(await room.backlog(url), [4, 0, 0]);
  }
});
