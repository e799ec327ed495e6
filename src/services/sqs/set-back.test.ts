import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arnOf, bodies, openSqs, type SqsRoom } from '../../../test/support/sqs-room.ts';
import { createSetBack } from './set-back.ts';

const DAY = 86_400_000;
let room: SqsRoom;
before(async () => {
  room = await openSqs();
  await room.start();
});
after(() => room.close());

const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
  room.call('SendMessage', { QueueUrl, MessageBody, ...more });

/** Time passes, so that what works behind gets to look at the clock. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1000) {
    await room.clock.advance(Math.min(left, 1000));
    await room.quiet();
  }
}

test('what was in flight or delayed comes back in its own time, not when the clock is there again', async () => {
  const url = await room.create('standard', { VisibilityTimeout: '30' });
  await send(url, 'received');
  await send(url, 'delayed', { DelaySeconds: 60 });
  assert.deepEqual(bodies(await room.receive(url)), ['received']);
  room.clock.jump(-DAY);
  await pass(6_000);
  assert.deepEqual(await room.receive(url), [], 'it is hidden for as long as was asked for');
  await pass(30_000);
  assert.deepEqual(bodies(await room.receive(url)), ['received']);
  await pass(30_000);
  assert.deepEqual(bodies(await room.receive(url)).sort(), ['delayed', 'received']);
});

test('those who wait are woken', async () => {
  const url = await room.create('waiting', { VisibilityTimeout: '10' });
  await send(url, 'one');
  await room.receive(url);
  room.clock.jump(-DAY);
  let woken = 0;
  const end = room.service.source.watch(arnOf('waiting'), () => woken++);
  const poll = room.receive(url, { WaitTimeSeconds: 20 });
  await pass(16_000);
  assert.deepEqual(bodies(await poll), ['one']);
  assert.ok(woken > 0);
  end();
});

test('a group of a FIFO queue is unlocked in its time, in order; its receipts hold until then', async () => {
  const url = await room.create('groups.fifo', { ContentBasedDeduplication: 'true', VisibilityTimeout: '20' });
  for (const body of ['1', '2', '3']) await send(url, body, { MessageGroupId: 'g' });
  const [first] = await room.receive(url, { MaxNumberOfMessages: 2 });
  room.clock.jump(-DAY);
  await pass(6_000);
  await room.call('DeleteMessage', { QueueUrl: url, ReceiptHandle: first!.ReceiptHandle });
  assert.deepEqual(await room.receive(url), [], 'the second is in flight');
  await pass(20_000);
  assert.deepEqual(bodies(await room.receive(url)), ['2', '3']);
});

test('a delay of a FIFO queue holds as long as it was to, and a duplicate is one for five minutes', async () => {
  const url = await room.create('delays.fifo', { ContentBasedDeduplication: 'true', DelaySeconds: '10' });
  for (const body of ['1', '2']) await send(url, body, { MessageGroupId: 'g' });
  room.clock.jump(-DAY);
  await pass(6_000);
  const again = () => send(url, '1', { MessageGroupId: 'g' });
  const { MessageId } = await again();
  await pass(10_000);
  assert.deepEqual(bodies(await room.receive(url, { VisibilityTimeout: 0 })), ['1', '2']);
  assert.equal((await again()).MessageId, MessageId);
  await pass(301_000);
  assert.notEqual((await again()).MessageId, MessageId);
});

test('a start on a clock that is behind looks as well; what was hidden in the past stays hidden', async () => {
  const url = await room.create('start', { VisibilityTimeout: '30' });
  const { signal } = new AbortController();
  await send(url, 'kept');
  await room.receive(url, { VisibilityTimeout: 7200 });
  await pass(3_600_000 / 4);
  room.clock.jump(-60_000);
  const look = () => createSetBack({ ...room, bells: { ringAt: () => {} } })(signal);
  await look();
  await send(url, 'shown');
  await room.receive(url);
  room.clock.jump(-60_000);
  await look();
  assert.deepEqual(await room.backlog(url), [0, 2, 0]);
  await pass(31_000);
  assert.deepEqual(bodies(await room.receive(url)), ['shown']);
});
