import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arnOf, contextOf, openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';
import { createBells } from './bells.ts';
import { counts, messages, queues } from './collections.ts';
import type { SqsDeps } from './deps.ts';
import { createFlights, MOST_IN_FLIGHT } from './in-flight.ts';
import { boxOf, type Queue } from './queue.ts';
import { createQueueMetrics } from './queue-metrics.ts';
import { receiveMessage } from './receive-message.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const send = (QueueUrl: string, body: string, more: object = {}) =>
  room.call('SendMessage', { QueueUrl, MessageBody: body, ...more });

async function queueNamed(name: string): Promise<Queue> {
  return (await room.store.read.get(queues, ['000000000000', 'us-east-1', name]))!;
}

/** As many messages in flight as that, for 20 to 30 seconds. */
async function fly(queue: Queue, count: number): Promise<void> {
  const box = boxOf(queue);
  const now = room.clock.now();
  const one = { box, rank: 0, receives: 1, lastAt: now, body: Buffer.from('x'), md5: '', sender: '', sentAt: now };
  for (let begin = 0; begin < count; begin += 10_000)
    await room.store.transact(async (tx) => {
      for (let i = begin; i < begin + 10_000; i++)
        await tx.put(messages, { ...one, id: `flying-${i}`, at: now + 20_000 + (i % 10_000) });
    });
  await room.store.transact((tx) => tx.put(counts, { box, shard: 'f', total: count }));
}

test('no more than 120,000 messages of a queue are in flight: a short poll is told, a long one waits, a mapping gets none', async () => {
  const url = await room.create('many');
  const queue = await queueNamed('many');
  await fly(queue, MOST_IN_FLIGHT);
  assert.deepEqual(await room.backlog(url), [0, MOST_IN_FLIGHT, 0], 'counted beyond what the store counts in one call');
  await send(url, 'waiting');
  const { status } = await refused(room.receive(url), 'OverLimit');
  assert.equal(status, 403);
  assert.deepEqual(await room.service.source.receive(arnOf('many'), 10, 30_000), []);
  const poll = room.receive(url, { WaitTimeSeconds: 20 });
  await room.quiet();
  await room.store.transact((tx) => tx.delete(messages, [boxOf(queue), 'flying-59999']));
  await room.clock.advance(1_100);
  assert.equal((await poll).length, 1, 'there was room for one');
});

test('a full FIFO queue answers nothing, without an error', async () => {
  const QueueUrl = await room.create('few.fifo', { ContentBasedDeduplication: 'true' });
  for (const body of ['a', 'b', 'c']) await send(QueueUrl, body, { MessageGroupId: body });
  const { store, clock } = room;
  const flights = createFlights({ store, clock }, 2);
  const receive = receiveMessage({
    ...{ store, clock, flights, bells: createBells({ store, clock }) },
    metrics: createQueueMetrics({ store, clock }),
  } as unknown as SqsDeps);
  const ask = () => receive({ QueueUrl, MaxNumberOfMessages: 10 }, contextOf({ now: clock.now() }));
  assert.equal((await ask()).Messages!.length, 2);
  assert.deepEqual(await ask(), {});
});

test('the limit is met exactly, also by receives at one time', async () => {
  await room.create('few');
  const queue = await queueNamed('few');
  const flights = createFlights({ store: room.store, clock: room.clock }, 4);
  assert.deepEqual(await Promise.all([flights.reserve(queue, 3), flights.reserve(queue, 3)]), [3, 1]);
  assert.equal(await flights.reserve(queue, 1), 0);
  flights.settle(queue, 3, 0);
  assert.equal(await flights.reserve(queue, 5), 3, 'what was not received is free again');
  flights.settle(queue, 3, 2);
  flights.settle(queue, 1, 1);
  assert.equal(await flights.reserve(queue, 2), 1);
  flights.settle(queue, 1, 1);
  assert.equal(await flights.reserve(queue, 1), 0);
  await room.clock.advance(1_000);
  assert.equal(await flights.reserve(queue, 9), 4, 'counted anew: nothing is in flight');
});

test('what was in flight before a restart counts; what was deleted since the last count does not', async () => {
  const url = await room.create('again');
  const queue = await queueNamed('again');
  for (const body of ['a', 'b', 'c']) await send(url, body);
  const [first] = await room.receive(url, { MaxNumberOfMessages: 2 });
  const flights = createFlights({ store: room.store, clock: room.clock }, 3);
  assert.equal(await flights.reserve(queue, 10), 1);
  flights.settle(queue, 1, 1);
  await room.call('DeleteMessage', { QueueUrl: url, ReceiptHandle: first!.ReceiptHandle });
  await room.clock.advance(1_000);
  assert.equal(await flights.reserve(queue, 10), 2);
});
