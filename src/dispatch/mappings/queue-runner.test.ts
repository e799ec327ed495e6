import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balanced, mappingOf, openRoom, QUEUE, queueSettings, throttle, until, untilLater, valuesOf } from './room.fixture.ts';

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => String(from + i));
const pause = () => new Promise((resolve) => setTimeout(resolve, 30));

test('delivers what is there and what comes, in batches, and deletes it', async () => {
  const room = await openRoom();
  room.queue.send(numbers(0, 25));
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings()));
  await until('25', async () => (await room.books())?.delivered === 25);
  assert.deepEqual(room.events.map((event) => event.Records.length).sort(), [10, 10, 5]);
  room.queue.send(['later']);
  await until('later', async () => (await room.books())?.delivered === 26);
  assert.equal(room.queue.messages.length, 0);
  assert.ok(balanced(await room.books()));
  const { attributes, messageAttributes, md5OfBody, ...rest } = room.events.at(-1).Records[0];
  assert.deepEqual(rest, {
    messageId: 'm26',
    receiptHandle: 'm26#1',
    body: 'later',
    eventSource: 'aws:sqs',
    eventSourceARN: QUEUE,
    awsRegion: 'us-east-1',
  });
  assert.deepEqual(messageAttributes, {
    k: { stringValue: 'v', stringListValues: [], binaryListValues: [], dataType: 'String' },
  });
  assert.deepEqual([attributes.ApproximateReceiveCount, md5OfBody.length], ['1', 32]);
  const end = (await room.ends()).find(({ id }) => id === room.calls.at(-1)!.requestId);
  assert.deepEqual([end?.kind, end?.records, end?.topic], ['delivered', ['m26'], 'sqs']);
  await room.close();
});

test('costs nothing while there is nothing: no receive, no timer', async () => {
  const room = await openRoom();
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings()));
  await until('enabled', async () => (await room.mapping())?.state === 'Enabled');
  await until('first look', () => room.queue.receives === 1);
  await room.clock.advance(3_600_000);
  await pause();
  assert.equal(room.queue.receives, 1);
  await room.close();
});

test('what failed comes back when its visibility is over, and counts as failed', async () => {
  let fails = 1;
  const room = await openRoom({
    handler: () => {
      if (fails-- > 0) throw Error('no');
    },
  });
  room.queue.send(['a']);
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings()));
  await until('failed', async () => (await room.books())?.failed === 1);
  await room.clock.advance(599_000);
  await pause();
  assert.equal(room.events.length, 1);
  await untilLater(room, 'delivered', async () => (await room.books())?.delivered === 1);
  assert.equal(room.events[1].Records[0].attributes.ApproximateReceiveCount, '2');
  assert.deepEqual([(await room.books())?.accepted, (await room.books())?.attempts], [2, 2]);
  await room.close();
});

test('a partial answer gives back what it lists; a malformed one gives back everything', async () => {
  const answers: unknown[] = [{ batchItemFailures: [{ itemIdentifier: 'm2' }] }, { batchItemFailures: [{ itemIdentifier: '' }] }];
  const room = await openRoom({ handler: () => answers.shift() ?? null });
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings({ reportFailures: true })));
  await until('enabled', async () => (await room.mapping())?.state === 'Enabled');
  room.queue.send(['a', 'b', 'c']);
  await until('first', async () => (await room.books())?.delivered === 2);
  assert.deepEqual(
    room.queue.messages.map(({ body }) => body),
    ['b'],
  );
  assert.deepEqual((await room.ends()).map(({ kind, size }) => [kind, size]).sort(), [
    ['delivered', 2],
    ['failed', 1],
  ]);
  room.queue.send(['d', 'e']);
  await until('all back', async () => (await room.books())?.failed === 3);
  await room.close();
});

test('filters delete what they drop', async () => {
  const room = await openRoom();
  room.queue.send(['{"keep":1}', '{"keep":0}', 'text']);
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings({ filters: ['{"body":{"keep":[1]}}'] })));
  await until('seen', async () => (await room.books())?.accepted === 3);
  assert.deepEqual([(await room.books())?.filtered, (await room.books())?.delivered], [2, 1]);
  assert.equal(room.queue.messages.length, 0);
  await room.close();
});

test('starts with five at a time, and grows with the backlog to what is allowed', async () => {
  const waiting: (() => void)[] = [];
  const room = await openRoom({ handler: () => new Promise<void>((resolve) => waiting.push(resolve)) });
  await room.mappings.start();
  const mapping = mappingOf(queueSettings({ batchSize: 1, maximumConcurrency: 8 }));
  await room.keep(mapping);
  await until('enabled', async () => (await room.mapping())?.state === 'Enabled');
  room.queue.send(numbers(0, 30));
  await until('five', () => waiting.length === 5);
  await pause();
  assert.equal(waiting.length, 5);
  await untilLater(room, 'eight', () => waiting.length === 8, 200);
  await room.clock.advance(5000);
  await pause();
  assert.equal(waiting.length, 8);
  await room.keep({
    ...mapping,
    state: 'Updating',
    revision: 2,
    settings: queueSettings({ batchSize: 1, maximumConcurrency: 2 }),
  });
  await until('obeyed', async () => (await room.mapping())?.state === 'Enabled');
  for (const go of waiting.splice(0)) go();
  await until('two', () => waiting.length === 2);
  await pause();
  assert.equal(waiting.length, 2);
  await until('all', async () => {
    for (const go of waiting.splice(0)) go();
    return (await room.books())?.delivered === 30;
  });
  await room.close();
});

test('throttled batches are tried again while their messages are hidden', async () => {
  let throttles = 3;
  const room = await openRoom({
    handler: () => {
      if (throttles-- > 0) throw throttle();
    },
  });
  room.queue.send(['a']);
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings()));
  await untilLater(room, 'delivered', async () => (await room.books())?.delivered === 1, 100);
  assert.equal(room.queue.receives <= 3, true);
  assert.deepEqual([(await room.books())?.failed, (await room.books())?.attempts], [0, 1]);
  assert.equal(room.events[3].Records[0].attributes.ApproximateReceiveCount, '1');
  await room.close();
});

test('a window collects messages, however the clock is set, and ends early when the batch is full', async () => {
  const room = await openRoom();
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings({ batchSize: 15, windowMs: 2000 })));
  await until('enabled', async () => (await room.mapping())?.state === 'Enabled');
  room.queue.send(['a']);
  await pause();
  room.clock.jump(-3_600_000);
  await room.clock.advance(1000);
  room.queue.send(['b']);
  await pause();
  assert.equal(room.events.length, 0);
  await untilLater(room, 'window', () => room.events.length === 1, 500);
  assert.deepEqual(valuesOf(room.events[0]).sort(), ['a', 'b']);
  room.queue.send(numbers(0, 15));
  await until('full', () => room.events.length === 2);
  assert.equal(room.events[1].Records.length, 15);
  await until('done', async () => (await room.books())?.delivered === 17);
  await room.close();
});

test('a FIFO queue has one batch of a group in flight, and keeps its order over failures', async () => {
  const seen: string[] = [];
  let fails = 2;
  const room = await openRoom({
    handler: (event) => {
      if (valuesOf(event).includes('b1') && fails-- > 0) throw Error('no');
      seen.push(...valuesOf(event));
    },
  });
  room.queue.fifo = true;
  await room.mappings.start();
  const fifo = `${QUEUE}.fifo`;
  await room.keep(mappingOf(queueSettings({ batchSize: 3 }), { sourceArn: fifo }));
  await until('enabled', async () => (await room.mapping())?.state === 'Enabled');
  for (let i = 0; i < 6; i++) for (const group of ['a', 'b']) room.queue.send([`${group}${i}`], group);
  await untilLater(room, 'all', async () => (await room.books())?.delivered === 12);
  for (const group of ['a', 'b'])
    assert.deepEqual(
      seen.filter((value) => value.startsWith(group)),
      numbers(0, 6).map((n) => `${group}${n}`),
    );
  assert.ok(balanced(await room.books()));
  await room.close();
});

test('payloads stay within 6 MB: more goes into another batch', async () => {
  const room = await openRoom();
  const large = 'x'.repeat(1024 * 1024);
  room.queue.pageBytes = 1_000_000;
  room.queue.send(Array.from({ length: 18 }, () => large));
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings()));
  await until('all', async () => (await room.books())?.delivered === 18);
  for (const call of room.calls) assert.ok(call.payload.byteLength <= 6 * 1024 * 1024);
  await room.close();
});

test('takes nothing from the queue while the function is not there', async () => {
  const room = await openRoom();
  const { spec } = room;
  room.spec = undefined;
  room.queue.send(['a']);
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings()));
  await until('told', async () => (await room.books())?.lastResult.startsWith('PROBLEM'));
  await room.clock.advance(10_000);
  assert.equal(room.queue.receives, 0);
  room.spec = spec;
  await untilLater(room, 'delivered', async () => (await room.books())?.delivered === 1);
  await room.close();
});

test('a disabled mapping takes nothing more, and finishes what is in flight', async () => {
  let go = () => {};
  const room = await openRoom({
    handler: () =>
      new Promise<void>((resolve) => {
        go = resolve;
      }),
  });
  room.queue.send(['a']);
  await room.mappings.start();
  const mapping = mappingOf(queueSettings());
  await room.keep(mapping);
  await until('in flight', () => room.events.length === 1);
  await room.keep({ ...mapping, enabled: false, state: 'Disabling', revision: 2 });
  await until('disabled', async () => (await room.mapping())?.state === 'Disabled');
  room.queue.send(['b']);
  go();
  await until('finished', async () => (await room.books())?.delivered === 1);
  await pause();
  assert.equal(room.events.length, 1);
  await room.close();
});

test('what was in flight at a crash comes back and is counted once', async () => {
  let room = await openRoom({ handler: () => new Promise(() => {}) });
  room.queue.send(['a']);
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings()));
  await until('in flight', () => room.events.length === 1);
  room.handler = () => null;
  room = await room.crash();
  await room.mappings.start();
  await untilLater(room, 'delivered', async () => (await room.books())?.delivered === 1);
  assert.deepEqual([(await room.books())?.accepted, (await room.books())?.attempts], [1, 1]);
  await room.close();
});

test('a function that sends to its own queue is stopped after sixteen runs, unless it may', async () => {
  const room = await openRoom();
  room.handler = (event, call) => {
    const { messageId } = event.Records[0];
    room.queue.send([`after ${messageId}`], undefined, call.requestId);
  };
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings({ batchSize: 1 })));
  room.queue.send(['first']);
  await until('stopped', async () => (await room.books())?.failed === 1);
  assert.equal(room.calls.length, 16);
  const end = (await room.ends()).find(({ kind }) => kind === 'failed');
  assert.deepEqual([end?.reason, end?.attempts], ['RecursiveInvocation', 0]);
  room.spec = { ...room.spec, mayRecur: true };
  await untilLater(room, 'goes on', () => room.calls.length > 30);
  room.handler = () => null;
  await room.close();
});

test('what a disabled mapping has collected goes back at once', async () => {
  const room = await openRoom();
  await room.mappings.start();
  const mapping = mappingOf(queueSettings({ batchSize: 15, windowMs: 300_000 }));
  await room.keep(mapping);
  await until('enabled', async () => (await room.mapping())?.state === 'Enabled');
  room.queue.send(['a']);
  await until('collected', () => room.queue.messages[0]!.receives === 1);
  await room.keep({ ...mapping, enabled: false, state: 'Disabling', revision: 2 });
  await until('back', () => room.queue.messages[0]!.visibleAt <= room.clock.now());
  assert.equal(room.events.length, 0);
  await room.close();
});

test('messages that were hidden for longer than the queue hides them come back when the queue would have shown them', async () => {
  const room = await openRoom({
    handler: () => {
      throw Error('no');
    },
  });
  room.queue.visibilityTimeoutMs = 3000;
  room.queue.send(['a']);
  await room.mappings.start();
  await room.keep(mappingOf(queueSettings({ batchSize: 1, windowMs: 1000 })));
  await until('failed', async () => (await room.books())?.failed === 1);
  assert.equal(room.queue.messages[0]!.visibleAt - room.clock.now(), 3000);
  await room.close();
});
