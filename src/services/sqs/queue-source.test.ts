import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arnOf, openSqs, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const send = (url: string, body: string, more: object = {}, context: object = {}) =>
  room.call('SendMessage', { QueueUrl: url, MessageBody: body, ...more }, context);

test('finds a queue and what matters of it', async () => {
  await room.create('found.fifo', { VisibilityTimeout: '7' });
  assert.deepEqual(await room.service.source.find(arnOf('found.fifo')), { fifo: true, visibilityTimeoutMs: 7000 });
  assert.equal(await room.service.source.find(arnOf('none')), undefined);
  assert.deepEqual(await room.service.source.receive(arnOf('none'), 10, 1000), []);
});

test('receives as ReceiveMessage does, with the cause', async () => {
  const url = await room.create('received');
  const attributes = { a: { DataType: 'String', StringValue: 'x' }, b: { DataType: 'Binary', BinaryValue: new Uint8Array([0]) } };
  const sent = await send(url, 'body', { MessageAttributes: attributes }, { cause: 'an-invocation' });
  const [message] = await room.service.source.receive(arnOf('received'), 10, 1000);
  const { receiptHandle, ...rest } = message!;
  assert.deepEqual(rest, {
    messageId: sent.MessageId,
    body: 'body',
    md5OfBody: sent.MD5OfMessageBody,
    md5OfMessageAttributes: sent.MD5OfMessageAttributes,
    attributes: {
      SenderId: '000000000000',
      SentTimestamp: String(room.clock.now()),
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: String(room.clock.now()),
    },
    messageAttributes: { a: { dataType: 'String', stringValue: 'x' }, b: { dataType: 'Binary', binaryValue: 'AA==' } },
    cause: 'an-invocation',
  });
  await room.store.transact((tx) => room.service.source.remove(tx, arnOf('received'), ['garbage', receiptHandle]));
  assert.deepEqual(await room.backlog(url), [0, 0, 0]);
});

test('takes many in one call', async () => {
  const url = await room.create('hundred');
  for (let i = 0; i < 10; i++) {
    const Entries = Array.from({ length: 10 }, (_, j) => ({ Id: String(j), MessageBody: String(i * 10 + j) }));
    await room.call('SendMessageBatch', { QueueUrl: url, Entries });
  }
  const taken = await room.service.source.receive(arnOf('hundred'), 10_000, 1000);
  assert.deepEqual(
    taken.map(({ body }) => Number(body)),
    [...Array(100).keys()],
  );
});

test('watch wakes for what is sent, released, freed, and becomes visible by itself; not any more after its end', async () => {
  const url = await room.create('watched');
  const fifo = await room.create('watched.fifo', { ContentBasedDeduplication: 'true' });
  const { source } = room.service;
  let woken = 0;
  const wake = () => {
    woken++;
  };
  const ends = [source.watch(arnOf('watched'), wake), source.watch(arnOf('watched.fifo'), wake)];
  const wakes = async (what: string, cause: () => Promise<unknown>) => {
    await room.quiet();
    woken = 0;
    await cause();
    await room.quiet();
    assert.ok(woken > 0, what);
  };
  await wakes('sent', () => send(url, 'a'));
  const [message] = await source.receive(arnOf('watched'), 2, 30_000);
  await wakes('visible again', () => room.clock.advance(30_000));
  const [again] = await source.receive(arnOf('watched'), 2, 30_000);
  assert.equal(again!.messageId, message!.messageId);
  await wakes('released', () => room.store.transact((tx) => source.release(tx, arnOf('watched'), [again!.receiptHandle], 0)));
  const [third] = await source.receive(arnOf('watched'), 2, 30_000);
  await room.store.transact((tx) => source.release(tx, arnOf('watched'), [third!.receiptHandle], 5000));
  await wakes('released for later', () => room.clock.advance(5000));
  await send(url, 'delayed', { DelaySeconds: 9 });
  await wakes('delayed', () => room.clock.advance(9000));
  await wakes('sent to FIFO', () => send(fifo, '1', { MessageGroupId: 'g' }));
  await send(fifo, '2', { MessageGroupId: 'g' });
  const [first] = await source.receive(arnOf('watched.fifo'), 1, 30_000);
  await wakes('freed', () => room.store.transact((tx) => source.remove(tx, arnOf('watched.fifo'), [first!.receiptHandle])));
  for (const end of ends) end();
  woken = 0;
  await send(url, 'b');
  await room.clock.advance(60_000);
  assert.equal(woken, 0);
});

test('watch wakes when fewer came than were asked for, because some went elsewhere', async () => {
  for (const name of ['some', 'some.fifo']) {
    const fifo = name.endsWith('.fifo');
    const more: Record<string, string> = fifo ? { ContentBasedDeduplication: 'true' } : {};
    const url = await room.create(name, { ...more, MessageRetentionPeriod: '60' });
    for (const body of ['old', 'young', 'younger']) {
      await send(url, body, fifo ? { MessageGroupId: body } : {});
      await room.clock.advance(30_000);
    }
    let woken = 0;
    const end = room.service.source.watch(arnOf(name), () => woken++);
    await room.quiet();
    woken = 0;
    const taken = await room.service.source.receive(arnOf(name), 2, 30_000);
    assert.ok(taken.length < 2);
    await room.quiet();
    assert.ok(woken > 0);
    end();
  }
});

test('watch knows of what was hidden before it began', async () => {
  const url = await room.create('before');
  await send(url, 'delayed', { DelaySeconds: 5 });
  let woken = 0;
  const end = room.service.source.watch(arnOf('before'), () => woken++);
  await room.quiet();
  await room.clock.advance(4999);
  assert.equal(woken, 0);
  await room.clock.advance(1);
  assert.equal(woken, 1);
  end();
});
