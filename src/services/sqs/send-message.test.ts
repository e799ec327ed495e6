import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const send = (url: string, input: object) => room.call('SendMessage', { QueueUrl: url, MessageBody: 'b', ...input });

test('answers id and digests, and what was sent comes back whole', async () => {
  const url = await room.create('whole');
  const body = 'ü ☃ \u{1f600}\t\r\n';
  const sent = await room.call(
    'SendMessage',
    {
      QueueUrl: url,
      MessageBody: body,
      MessageAttributes: {
        text: { DataType: 'String.kind', StringValue: 'välue' },
        count: { DataType: 'Number', StringValue: '-1.50e3' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
      },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' } },
    },
    { cause: 'an-invocation' },
  );
  assert.match(sent.MessageId, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(sent.MD5OfMessageBody, createHash('md5').update(body).digest('hex'));
  const [message] = await room.receive(url);
  assert.equal(message!.Body, body);
  assert.equal(message!.MD5OfBody, sent.MD5OfMessageBody);
  assert.equal(message!.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
  assert.deepEqual(message!.MessageAttributes, {
    text: { DataType: 'String.kind', StringValue: 'välue' },
    count: { DataType: 'Number', StringValue: '-1.50e3' },
    bytes: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
  });
  assert.deepEqual(message!.Attributes, {
    SenderId: '000000000000',
    SentTimestamp: String(room.clock.now()),
    ApproximateReceiveCount: '1',
    ApproximateFirstReceiveTimestamp: String(room.clock.now()),
    AWSTraceHeader: 'Root=1',
  });
});

test('digests of attributes are those that clients compute', async () => {
  const url = await room.create('digests');
  const { MD5OfMessageAttributes, MD5OfMessageSystemAttributes } = await send(url, {
    MessageAttributes: {
      timestamp: { DataType: 'Number', StringValue: '1493147359900' },
    },
    MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' } },
  });
  assert.equal(MD5OfMessageAttributes, '235c5c510d26fb653d073faed50ae77c');
  assert.equal(MD5OfMessageSystemAttributes.length, 32);
});

test('a delay of its own, or of the queue, hides a message', async () => {
  const url = await room.create('delays', { DelaySeconds: '5' });
  await send(url, { MessageBody: 'queue' });
  await send(url, { MessageBody: 'own', DelaySeconds: 2 });
  await send(url, { MessageBody: 'none', DelaySeconds: 0 });
  assert.deepEqual(await room.backlog(url), [1, 0, 2]);
  const seen = async () => (await room.receive(url)).map(({ Body }) => Body);
  assert.deepEqual(await seen(), ['none']);
  await room.clock.advance(2000);
  assert.deepEqual(await seen(), ['own']);
  await room.clock.advance(3000);
  assert.deepEqual(await seen(), ['queue']);
  await refused(send(url, { DelaySeconds: 901 }), 'InvalidParameterValueException');
});

test('refuses what a message must not have, in AWS’s words', async () => {
  const url = await room.create('refusals', { MaximumMessageSize: '1024' });
  const told = async (input: object, code: string, text: string) =>
    assert.equal((await refused(send(url, input), code)).message, text);
  const bad = 'InvalidParameterValueException';
  await told({ MessageBody: '' }, 'MissingRequiredParameterException', 'The request must contain the parameter MessageBody.');
  await told(
    { MessageBody: 'x'.repeat(1025) },
    bad,
    'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
  );
  await told(
    { MessageBody: 'x'.repeat(1000), MessageAttributes: { name: { DataType: 'String', StringValue: 'y'.repeat(20) } } },
    bad,
    'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
  );
  await told(
    { MessageDeduplicationId: 'd' },
    bad,
    'Value d for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not valid for this queue type.',
  );
  for (const body of ['\0', '\ud800', '\uffff', '\u001f'])
    await refused(send(url, { MessageBody: body }), 'InvalidMessageContents');
  await refused(send(url, { MessageGroupId: 'a b' }), bad);
  await refused(room.call('SendMessage', { QueueUrl: 'http://h/000000000000/none', MessageBody: 'b' }), 'QueueDoesNotExist');
  await refused(room.call('SendMessage', { QueueUrl: 'none', MessageBody: 'b' }), 'InvalidAddress');
});

test('refuses attributes that are none', async () => {
  const url = await room.create('attributes');
  const bad: Record<string, object> = {
    '': { DataType: 'String', StringValue: 'x' },
    '.a': { DataType: 'String', StringValue: 'x' },
    'a..b': { DataType: 'String', StringValue: 'x' },
    'a b': { DataType: 'String', StringValue: 'x' },
    'AWS.a': { DataType: 'String', StringValue: 'x' },
    none: {},
    type: { DataType: 'Text', StringValue: 'x' },
    empty: { DataType: 'String', StringValue: '' },
    bytes: { DataType: 'Binary', BinaryValue: new Uint8Array() },
    number: { DataType: 'Number', StringValue: '1x' },
    digits: { DataType: 'Number', StringValue: '1'.repeat(39) },
    list: { DataType: 'String', StringValue: 'x', StringListValues: ['y'] },
  };
  for (const [name, value] of Object.entries(bad))
    await refused(send(url, { MessageAttributes: { [name]: value } }), 'InvalidParameterValueException');
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`a${i}`, { DataType: 'String', StringValue: 'x' }]));
  const { message } = await refused(send(url, { MessageAttributes: many }), 'InvalidParameterValueException');
  assert.equal(message, 'Number of message attributes [11] exceeds the allowed maximum [10].');
  const proto = { ['__proto__']: { DataType: 'String', StringValue: 'x' } };
  await send(url, { MessageAttributes: proto });
  assert.deepEqual(Object.keys((await room.receive(url))[0]!.MessageAttributes!), ['__proto__']);
  await refused(
    send(url, { MessageSystemAttributes: { Other: { DataType: 'String', StringValue: 'x' } } }),
    'InvalidParameterValueException',
  );
});

test('FIFO: asks for a group, numbers in order, refuses a delay of its own', async () => {
  const url = await room.create('order.fifo');
  const { message } = await refused(send(url, { MessageDeduplicationId: 'd' }), 'MissingRequiredParameterException');
  assert.equal(message, 'The request must contain the parameter MessageGroupId.');
  const { message: undeduplicated } = await refused(send(url, { MessageGroupId: 'g' }), 'InvalidParameterValueException');
  assert.equal(
    undeduplicated,
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
  const one = { MessageGroupId: 'g', MessageDeduplicationId: '1' };
  const delayed = await refused(send(url, { ...one, DelaySeconds: 2 }), 'InvalidParameterValueException');
  assert.equal(
    delayed.message,
    'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
  );
  const first = await send(url, one);
  const second = await send(url, { ...one, MessageDeduplicationId: '2' });
  assert.match(first.SequenceNumber, /^\d{20}$/);
  assert.ok(second.SequenceNumber > first.SequenceNumber);
});

test('FIFO: what was sent within five minutes is not sent again, by id or content, in queue or group', async () => {
  const url = await room.create('once.fifo', { ContentBasedDeduplication: 'true' });
  const first = await send(url, { MessageGroupId: 'g' });
  const again = await send(url, { MessageGroupId: 'other' });
  assert.deepEqual([again.MessageId, again.SequenceNumber], [first.MessageId, first.SequenceNumber]);
  await send(url, { MessageGroupId: 'g', MessageDeduplicationId: 'explicit' });
  const [message] = await room.receive(url, { MaxNumberOfMessages: 1 });
  await room.call('DeleteMessage', { QueueUrl: url, ReceiptHandle: message!.ReceiptHandle });
  assert.equal((await send(url, { MessageGroupId: 'g' })).MessageId, first.MessageId);
  await room.clock.advance(300_000);
  assert.notEqual((await send(url, { MessageGroupId: 'g' })).MessageId, first.MessageId);
  const groups = await room.create('groups.fifo', { ContentBasedDeduplication: 'true', DeduplicationScope: 'messageGroup' });
  const one = await send(groups, { MessageGroupId: 'g' });
  assert.notEqual((await send(groups, { MessageGroupId: 'h' })).MessageId, one.MessageId);
  assert.equal((await send(groups, { MessageGroupId: 'g' })).MessageId, one.MessageId);
});
