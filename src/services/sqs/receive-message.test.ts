import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bodies, openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const send = (url: string, body: string, more: object = {}) =>
  room.call('SendMessage', { QueueUrl: url, MessageBody: body, ...more });

test('takes the oldest first and hides them; what is not deleted comes back and is counted', async () => {
  const url = await room.create('comes-back', { VisibilityTimeout: '10' });
  for (const body of ['a', 'b', 'c']) await send(url, body);
  const [first] = await room.receive(url, { MaxNumberOfMessages: 1 });
  assert.equal(first!.Body, 'a');
  assert.deepEqual(bodies(await room.receive(url)), ['b', 'c']);
  assert.deepEqual(await room.call('ReceiveMessage', { QueueUrl: url }), {});
  assert.deepEqual(await room.backlog(url), [0, 3, 0]);
  await room.clock.advance(10_000);
  const again = await room.receive(url);
  assert.deepEqual(bodies(again), ['a', 'b', 'c']);
  assert.equal(again[0]!.Attributes!.ApproximateReceiveCount, '2');
  assert.equal(Number(again[0]!.Attributes!.ApproximateFirstReceiveTimestamp), room.clock.now() - 10_000);
  assert.equal(again[0]!.MessageId, first!.MessageId);
  assert.notEqual(again[0]!.ReceiptHandle, first!.ReceiptHandle);
});

test('what came back waits no longer than what was never received, and the other way round', async () => {
  const url = await room.create('both');
  await send(url, 'old');
  await room.receive(url, { VisibilityTimeout: 5 });
  await room.clock.advance(1000);
  await send(url, 'new');
  await room.clock.advance(5000);
  await send(url, 'newest');
  const one = { MaxNumberOfMessages: 1 };
  const seen = [];
  for (let i = 0; i < 3; i++) seen.push(...bodies(await room.receive(url, one)));
  assert.deepEqual(seen, ['new', 'old', 'newest']);
});

test('a visibility of none lets the next have it at once, but not the same call twice', async () => {
  const url = await room.create('none');
  await send(url, 'a');
  assert.equal((await room.receive(url, { VisibilityTimeout: 0 })).length, 1);
  assert.equal((await room.receive(url, { VisibilityTimeout: 0 })).length, 1);
  const fifo = await room.create('none.fifo', { ContentBasedDeduplication: 'true' });
  await send(fifo, 'a', { MessageGroupId: 'g' });
  assert.equal((await room.receive(fifo, { VisibilityTimeout: 0 })).length, 1);
  assert.equal((await room.receive(fifo, { VisibilityTimeout: 0 })).length, 1);
});

test('a wait ends at once when a message comes', async () => {
  const url = await room.create('waits');
  const waiting = room.receive(url, { WaitTimeSeconds: 20 });
  await room.quiet();
  await send(url, 'at last');
  assert.deepEqual(bodies(await waiting), ['at last']);
});

test('each of many who wait gets one of what comes', async () => {
  const url = await room.create('many');
  const one = { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 };
  const waiting = Array.from({ length: 5 }, () => room.receive(url, one));
  await room.quiet();
  const Entries = ['a', 'b', 'c', 'd', 'e'].map((Id) => ({ Id, MessageBody: Id }));
  await room.call('SendMessageBatch', { QueueUrl: url, Entries });
  assert.deepEqual((await Promise.all(waiting)).flatMap(bodies).sort(), ['a', 'b', 'c', 'd', 'e']);
});

test('a wait ends when what was hidden or delayed becomes visible, at that moment', async () => {
  const url = await room.create('hidden', { ReceiveMessageWaitTimeSeconds: '20' });
  await send(url, 'hidden');
  await send(url, 'delayed', { DelaySeconds: 6 });
  await room.receive(url, { VisibilityTimeout: 3 });
  for (const [body, ms] of [
    ['hidden', 3000],
    ['delayed', 3000],
  ] as const) {
    const waiting = room.receive(url);
    await room.quiet();
    await room.clock.advance(ms - 1);
    assert.equal(await Promise.race([waiting, room.quiet()]), undefined);
    await room.clock.advance(1);
    assert.deepEqual(bodies(await waiting), [body]);
  }
});

test('a wait ends with its time, with the client, and with the queue', async () => {
  const url = await room.create('ends');
  const timed = room.receive(url, { WaitTimeSeconds: 2 });
  await room.quiet();
  await room.clock.advance(2000);
  assert.deepEqual(await timed, []);
  const client = new AbortController();
  const left = room.receive(url, { WaitTimeSeconds: 20 }, { signal: client.signal });
  await room.quiet();
  client.abort();
  assert.deepEqual(await left, []);
  const orphan = room.receive(url, { WaitTimeSeconds: 20 });
  await room.quiet();
  await Promise.all([refused(orphan, 'QueueDoesNotExist'), room.call('DeleteQueue', { QueueUrl: url })]);
});

test('who leaves passes on what woke it', async () => {
  const url = await room.create('passes');
  const client = new AbortController();
  const left = room.receive(url, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 }, { signal: client.signal });
  await room.quiet();
  const stays = room.receive(url, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 });
  await room.quiet();
  const sent = send(url, 'one');
  client.abort();
  await sent;
  const seen = [...(await left), ...(await stays)];
  assert.deepEqual(bodies(seen), ['one']);
});

test('nothing is received after its retention', async () => {
  const url = await room.create('retention', { MessageRetentionPeriod: '60' });
  const fifo = await room.create('retention.fifo', { MessageRetentionPeriod: '60', ContentBasedDeduplication: 'true' });
  await send(url, 'old');
  await send(fifo, 'old', { MessageGroupId: 'g' });
  await room.clock.advance(30_000);
  await send(url, 'young');
  await send(fifo, 'young', { MessageGroupId: 'g' });
  await room.clock.advance(30_000);
  assert.deepEqual(bodies(await room.receive(url)), ['young']);
  assert.deepEqual(bodies(await room.receive(fifo)), ['young']);
  assert.deepEqual(await room.backlog(url), [0, 1, 0]);
  assert.deepEqual(await room.backlog(fifo), [0, 1, 0]);
});

test('what was received too often goes to the dead-letter queue as it is, and wakes who waits there', async () => {
  for (const kind of ['', '.fifo']) {
    const more: Record<string, string> = kind ? { ContentBasedDeduplication: 'true' } : {};
    const dead = await room.create(`dead${kind}`, more);
    const arn = `arn:aws:sqs:us-east-1:000000000000:dead${kind}`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: '2' });
    const url = await room.create(`source${kind}`, { ...more, RedrivePolicy, VisibilityTimeout: '1' });
    const sent = await send(url, 'poison', kind ? { MessageGroupId: 'g' } : {});
    const sentAt = room.clock.now();
    const waiting = room.receive(dead, { WaitTimeSeconds: 20 });
    for (let i = 0; i < 2; i++) {
      assert.equal((await room.receive(url)).length, 1);
      await room.clock.advance(1000);
    }
    assert.deepEqual(await room.receive(url), []);
    const [message] = await waiting;
    assert.equal(message!.MessageId, sent.MessageId);
    const { Attributes } = message!;
    assert.equal(Attributes!.DeadLetterQueueSourceArn, `arn:aws:sqs:us-east-1:000000000000:source${kind}`);
    assert.equal(Attributes!.SentTimestamp, String(sentAt));
    assert.equal(Attributes!.ApproximateReceiveCount, '3');
    assert.deepEqual(
      [await room.backlog(url), await room.backlog(dead)],
      [
        [0, 0, 0],
        [0, 1, 0],
      ],
    );
  }
});

test('a message stays where it is while its dead-letter queue cannot take it', async () => {
  const dead = await room.create('refusing');
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:refusing',
    maxReceiveCount: 1,
  });
  const url = await room.create('kept', { RedrivePolicy, VisibilityTimeout: '0' });
  await room.call('SetQueueAttributes', {
    QueueUrl: dead,
    Attributes: { RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'denyAll' }) },
  });
  await send(url, 'kept');
  for (let i = 0; i < 3; i++) assert.deepEqual(bodies(await room.receive(url)), ['kept']);
  await room.call('DeleteQueue', { QueueUrl: dead });
  assert.deepEqual(bodies(await room.receive(url)), ['kept']);
});

test('message groups of a standard queue take turns: a noisy one does not hold up the others', async () => {
  const url = await room.create('fair');
  for (let i = 0; i < 30; i++) await send(url, `noisy ${i}`, { MessageGroupId: 'noisy' });
  for (const group of ['a', 'b']) for (let i = 0; i < 2; i++) await send(url, `${group} ${i}`, { MessageGroupId: group });
  await send(url, 'alone');
  const first = bodies(await room.receive(url, { MaxNumberOfMessages: 7 }));
  assert.deepEqual(first.sort(), ['a 0', 'a 1', 'alone', 'b 0', 'b 1', 'noisy 0', 'noisy 1']);
  await send(url, 'c 0', { MessageGroupId: 'c' });
  assert.ok(bodies(await room.receive(url, { MaxNumberOfMessages: 3 })).includes('c 0'));
  const rest: (string | undefined)[] = [];
  for (let i = 0; i < 3; i++) rest.push(...bodies(await room.receive(url)));
  assert.equal(rest.length, 26);
  assert.deepEqual(
    rest.filter((body) => body!.startsWith('noisy')),
    rest,
  );
});

test('FIFO: a group is in order, and locked while one of its messages is in flight', async () => {
  const url = await room.create('locked.fifo', { ContentBasedDeduplication: 'true' });
  for (const body of ['a1', 'a2', 'a3']) await send(url, body, { MessageGroupId: 'a' });
  await send(url, 'b1', { MessageGroupId: 'b' });
  const first = await room.receive(url, { MaxNumberOfMessages: 2 });
  assert.deepEqual(bodies(first), ['a1', 'a2']);
  assert.deepEqual(bodies(await room.receive(url)), ['b1']);
  assert.deepEqual(await room.receive(url), []);
  const remove = (message: { ReceiptHandle?: string }) =>
    room.call('DeleteMessage', { QueueUrl: url, ReceiptHandle: message.ReceiptHandle });
  await remove(first[0]!);
  assert.deepEqual(await room.receive(url), []);
  await room.clock.advance(30_000);
  assert.deepEqual(bodies(await room.receive(url)), ['b1', 'a2', 'a3'].sort());
});

test('FIFO: a wait ends when a group is freed by a delete', async () => {
  const url = await room.create('freed.fifo', { ContentBasedDeduplication: 'true' });
  for (const body of ['1', '2']) await send(url, body, { MessageGroupId: 'g' });
  const [first] = await room.receive(url, { MaxNumberOfMessages: 1 });
  const waiting = room.receive(url, { WaitTimeSeconds: 20 });
  await room.quiet();
  await room.call('DeleteMessage', { QueueUrl: url, ReceiptHandle: first!.ReceiptHandle });
  assert.deepEqual(bodies(await waiting), ['2']);
});

test('FIFO: the same attempt id gets the same messages with the same handles, hidden anew, until one changed', async () => {
  const url = await room.create('attempts.fifo', { ContentBasedDeduplication: 'true' });
  for (const body of ['1', '2']) await send(url, body, { MessageGroupId: 'g' });
  await send(url, 'other', { MessageGroupId: 'h' });
  const attempt = { ReceiveRequestAttemptId: 'try', MaxNumberOfMessages: 2, VisibilityTimeout: 20 };
  const first = await room.receive(url, attempt);
  assert.deepEqual(bodies(first), ['1', '2']);
  await room.clock.advance(15_000);
  assert.deepEqual(await room.receive(url, attempt), first);
  await room.clock.advance(15_000);
  assert.deepEqual(bodies(await room.receive(url)), ['other']);
  await room.call('DeleteMessage', { QueueUrl: url, ReceiptHandle: first[0]!.ReceiptHandle });
  assert.deepEqual(await room.receive(url, attempt), []);
});

test('answers the attributes asked for, with a digest over those that are shown', async () => {
  const url = await room.create('asked');
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  await send(url, 'm', { MessageAttributes: { 'a.x': text('1'), 'a.y': text('2'), b: text('3') } });
  const seen = async (input: object) => {
    const { Messages } = await room.call('ReceiveMessage', { QueueUrl: url, VisibilityTimeout: 0, ...input });
    return Messages[0];
  };
  const plain = await seen({});
  assert.deepEqual(Object.keys(plain).sort(), ['Body', 'MD5OfBody', 'MessageId', 'ReceiptHandle']);
  assert.deepEqual(Object.keys((await seen({ MessageAttributeNames: ['a.*'] })).MessageAttributes), ['a.x', 'a.y']);
  const some = await seen({ MessageAttributeNames: ['b'], AttributeNames: ['SentTimestamp'] });
  assert.deepEqual([Object.keys(some.MessageAttributes), Object.keys(some.Attributes)], [['b'], ['SentTimestamp']]);
  const all = await seen({ MessageAttributeNames: ['.*'] });
  assert.notEqual(all.MD5OfMessageAttributes, some.MD5OfMessageAttributes);
  assert.equal((await seen({ MessageAttributeNames: ['none'] })).MD5OfMessageAttributes, undefined);
  await refused(seen({ AttributeNames: ['Nonsense'] }), 'InvalidAttributeName');
});

test('refuses numbers out of range, in AWS’s words', async () => {
  const url = await room.create('ranges');
  const told = async (input: object, text: string) =>
    assert.equal((await refused(room.receive(url, input), 'InvalidParameterValueException')).message, text);
  await told(
    { MaxNumberOfMessages: 11 },
    'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
  );
  await told(
    { WaitTimeSeconds: 21 },
    'Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.',
  );
  await refused(room.receive(url, { VisibilityTimeout: 43_201 }), 'InvalidParameterValueException');
  await refused(room.receive(url, { ReceiveRequestAttemptId: 'x' }), 'InvalidParameterValueException');
});
