import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bodies, openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const change = (url: string, ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
  room.call('ChangeMessageVisibility', { QueueUrl: url, ReceiptHandle, VisibilityTimeout });
const kinds = ['', '.fifo'] as const;
const filled = async (name: string) => {
  const fifo = name.endsWith('.fifo');
  const url = await room.create(name, fifo ? { ContentBasedDeduplication: 'true' } : {});
  await room.call('SendMessage', { QueueUrl: url, MessageBody: 'm', ...(fifo ? { MessageGroupId: 'g' } : {}) });
  return url;
};

test('hides for longer, counted from now', async () => {
  for (const kind of kinds) {
    const url = await filled(`longer${kind}`);
    const [message] = await room.receive(url, { VisibilityTimeout: 10 });
    await room.clock.advance(8000);
    await change(url, message!.ReceiptHandle, 10);
    await room.clock.advance(9999);
    assert.deepEqual(await room.receive(url), []);
    await room.clock.advance(1);
    assert.deepEqual(bodies(await room.receive(url)), ['m']);
  }
});

test('gives back at once, and wakes who waits', async () => {
  for (const kind of kinds) {
    const url = await filled(`back${kind}`);
    const [message] = await room.receive(url);
    const waiting = room.receive(url, { WaitTimeSeconds: 20 });
    await room.quiet();
    await change(url, message!.ReceiptHandle, 0);
    await room.clock.advance(0);
    assert.equal((await waiting)[0]!.Attributes!.ApproximateReceiveCount, '2');
  }
});

test('refuses what is not in flight, has another handle, or would be hidden for more than twelve hours', async () => {
  for (const kind of kinds) {
    const url = await filled(`refuses${kind}`);
    const [first] = await room.receive(url, { VisibilityTimeout: 1 });
    await room.clock.advance(1000);
    await refused(change(url, first!.ReceiptHandle, 5), 'MessageNotInflight');
    const [second] = await room.receive(url);
    await refused(change(url, first!.ReceiptHandle, 5), 'InvalidParameterValueException');
    await refused(change(url, 'garbage', 5), 'ReceiptHandleIsInvalid');
    await refused(change(url, second!.ReceiptHandle, 43_201), 'InvalidParameterValueException');
    await room.clock.advance(1000);
    const { message } = await refused(change(url, second!.ReceiptHandle, 43_200), 'InvalidParameterValueException');
    assert.match(message, /^Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout/);
    await change(url, second!.ReceiptHandle, 43_199);
  }
});
