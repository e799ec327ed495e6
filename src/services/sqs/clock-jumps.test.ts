import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bodies, openSqs, type SqsRoom } from '../../../test/support/sqs-room.ts';

const HOUR = 3_600_000;
let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const send = (QueueUrl: string, MessageBody: string) => room.call('SendMessage', { QueueUrl, MessageBody });

test('a clock that is set back hides nothing that waits, and a long poll ends in its time', async () => {
  const url = await room.create('back', { VisibilityTimeout: '30' });
  await send(url, 'before');
  const poll = room.create('empty').then((QueueUrl) => room.call('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 5 }));
  await room.quiet();
  room.clock.jump(-HOUR);
  await send(url, 'after');
  assert.deepEqual(bodies(await room.receive(url)).sort(), ['after', 'before']);
  assert.deepEqual(await room.receive(url), [], 'they are in flight');
  await room.clock.advance(5000);
  assert.deepEqual(await poll, {});
  await room.clock.advance(26_000);
  assert.equal((await room.receive(url)).length, 2, 'they come back when their time is over');
});

test('a clock that is set forth shows what is in flight once more; either receipt deletes it', async () => {
  const url = await room.create('forth', { VisibilityTimeout: '30' });
  await send(url, 'one');
  await room.receive(url);
  room.clock.jump(HOUR);
  const [again] = await room.receive(url);
  assert.equal(again!.Attributes!.ApproximateReceiveCount, '2');
  room.clock.jump(-HOUR);
  await room.call('DeleteMessage', { QueueUrl: url, ReceiptHandle: again!.ReceiptHandle });
  room.clock.jump(2 * HOUR);
  assert.deepEqual(await room.receive(url), []);
});
