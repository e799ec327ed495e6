import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, invalid, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
const TopicArn = arnOf('t');
const ordered = arnOf('o.fifo');
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 't' });
  await sns.call('CreateTopic', { Name: 'o.fifo', Attributes: { FifoTopic: 'true' } });
  await sns.call('CreateTopic', { Name: 'c.fifo', Attributes: { FifoTopic: 'true', ContentBasedDeduplication: 'true' } });
  const perGroup = { FifoTopic: 'true', FifoThroughputScope: 'MessageGroup' };
  await sns.call('CreateTopic', { Name: 'g.fifo', Attributes: perGroup });
});
after(() => sns.close());

const publish = (input: object, context: object = {}) => sns.call('Publish', { TopicArn, Message: 'm', ...input }, context);

test('Publish appends the facts of the message, with who caused it', async () => {
  const MessageAttributes = {
    s: { DataType: 'String', StringValue: 'v' },
    b: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
  };
  const headers = { 'x-amzn-trace-id': 'Root=1' };
  const { MessageId } = await publish({ Subject: 'Grüße', MessageAttributes }, { cause: 'invocation', headers });
  const { id, type, source, subject, account, region, cause, body } = await sns.last();
  assert.deepEqual([id, type, source, subject], [MessageId, 'Notification', 'sns', TopicArn]);
  assert.deepEqual([account, region, cause], ['000000000000', 'us-east-1', 'invocation']);
  assert.deepEqual(body, {
    type: 'Notification',
    messageId: MessageId,
    topicArn: TopicArn,
    time: sns.clock.now(),
    subject: 'Grüße',
    message: 'm',
    attributes: { s: { type: 'String', value: 'v' }, b: { type: 'Binary', value: 'AQI=' } },
    traceId: 'Root=1',
    signatureVersion: '1',
  });
});

test('an attribute may have any name that is allowed', async () => {
  const MessageAttributes = JSON.parse('{"__proto__":{"DataType":"String","StringValue":"v"}}');
  await publish({ MessageAttributes });
  assert.deepEqual(Object.keys((await sns.last()).body.attributes), ['__proto__']);
});

test('TargetArn names a topic too; phones and devices are refused by name', async () => {
  assert.ok((await publish({ TopicArn: undefined, TargetArn: TopicArn })).MessageId);
  await refused(publish({ PhoneNumber: '+15551234567' }), 'NotImplemented');
  await refused(
    publish({ TopicArn: undefined, TargetArn: 'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/a/b' }),
    'NotImplemented',
  );
  await assert.rejects(publish({ TopicArn: undefined }), invalid(/no value for required parameter/));
  await refused(publish({ TopicArn: arnOf('none') }), 'NotFoundException');
  await assert.rejects(publish({ TopicArn: 'arn:aws:sns:eu-west-1:000000000000:t' }), invalid('TopicArn'));
});

test('messages and subjects have bounds', async () => {
  await assert.rejects(publish({ Message: '' }), invalid('Empty message'));
  await assert.rejects(publish({ Message: 'x'.repeat(262_145) }), invalid('Message too long'));
  const attribute = { a: { DataType: 'String', StringValue: 'xy' } };
  await assert.rejects(publish({ Message: 'x'.repeat(262_144 - 8), MessageAttributes: attribute }), invalid('Message too long'));
  await publish({ Message: 'x'.repeat(262_144 - 9), MessageAttributes: attribute });
  for (const Subject of ['', 'x'.repeat(101), 'a\nb']) await assert.rejects(publish({ Subject }), invalid('Subject'));
});

test('a text for each protocol needs a default', async () => {
  const json = (Message: string) => publish({ MessageStructure: 'json', Message });
  await json('{"default":"d","sqs":"for queues","http":1}');
  const { message, byProtocol } = (await sns.last()).body;
  assert.deepEqual([message, byProtocol], ['d', { sqs: 'for queues' }]);
  await assert.rejects(json('{"sqs":"x"}'), invalid('Message Structure - No default entry in JSON message body'));
  await assert.rejects(json('{'), invalid('Message Structure - JSON message body failed to parse'));
  await assert.rejects(json('[]'), invalid('Message Structure - JSON message body failed to parse'));
});

test('message attributes are refused in SNS’s words', async () => {
  const text = async (name: string, attribute: object) =>
    (await refused(publish({ MessageAttributes: { [name]: attribute } }), 'InvalidParameterValueException')).message;
  const string = { DataType: 'String', StringValue: 'v' };
  const type =
    "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.";
  assert.equal(await text('a', { DataType: 'Strings', StringValue: 'v' }), type);
  const empty = (of: string) =>
    `The message attribute 'a' must contain non-empty message attribute value for message attribute type '${of}'.`;
  assert.equal(await text('a', { DataType: 'String' }), empty('String'));
  assert.equal(await text('a', { DataType: 'Number', StringValue: '' }), empty('Number'));
  assert.equal(
    await text('a', { DataType: 'Binary', StringValue: 'v' }),
    "The message attribute 'a' with type 'Binary' must use field 'Binary'.",
  );
  assert.equal(
    await text('a', { DataType: 'Number', StringValue: 'x' }),
    "Could not cast message attribute 'a' value to number.",
  );
  assert.equal(await text('.a', string), "Invalid message attribute name starting with character '.' was found.");
  assert.equal(await text('a.', string), "Invalid message attribute name ending with character '.' was found.");
  assert.equal(await text('a..b', string), "Message attribute name can not have successive '.' character.");
  assert.match(await text('a^b', string), /^Invalid non-alphanumeric character '#x5E' was found/);
  assert.equal(await text('a'.repeat(257), string), 'Length of message attribute name must be less than 256 bytes.');
  const { message } = await refused(publish({ MessageAttributes: { a: { StringValue: 'v' } } }), 'ValidationError');
  assert.match(
    message,
    /Value null at 'messageAttributes.a.member.dataType' failed to satisfy constraint: Member must not be null/,
  );
});

test('FIFO topics want a group and a deduplication id; others want neither id', async () => {
  const fifo = (input: object) => publish({ TopicArn: ordered, ...input });
  await assert.rejects(fifo({}), invalid('The MessageGroupId parameter is required for FIFO topics'));
  await assert.rejects(
    fifo({ MessageGroupId: 'g' }),
    invalid('The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly'),
  );
  await assert.rejects(
    publish({ MessageDeduplicationId: 'd' }),
    invalid(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    ),
  );
  await assert.rejects(fifo({ MessageGroupId: 'ä', MessageDeduplicationId: 'd' }), invalid(/^Invalid parameter: MessageGroupId/));
  await publish({ MessageGroupId: 'fair' });
  assert.equal((await sns.last()).body.groupId, 'fair');
});

test('duplicates within five minutes are one message, by id, by content, or by group', async () => {
  const now = sns.clock.now();
  const at = (ms: number, input: object) => publish({ MessageGroupId: 'g', ...input }, { now: now + ms });
  const first = await at(0, { TopicArn: ordered, MessageDeduplicationId: 'd' });
  const count = (await sns.events()).length;
  assert.deepEqual(await at(299_999, { TopicArn: ordered, MessageDeduplicationId: 'd', Message: 'other' }), first);
  assert.equal((await sns.events()).length, count);
  const later = await at(300_000, { TopicArn: ordered, MessageDeduplicationId: 'd' });
  assert.notEqual(later.MessageId, first.MessageId);
  assert.ok(later.SequenceNumber > first.SequenceNumber && /^\d{20}$/.test(later.SequenceNumber));
  const byContent = await at(0, { TopicArn: arnOf('c.fifo'), Message: 'same' });
  assert.deepEqual(await at(1, { TopicArn: arnOf('c.fifo'), Message: 'same' }), byContent);
  assert.equal((await sns.last()).body.deduplicationId, createHash('sha256').update('same').digest('hex'));
  const grouped = { TopicArn: arnOf('g.fifo'), MessageDeduplicationId: 'd' };
  const one = await at(0, grouped);
  assert.notEqual((await at(0, { ...grouped, MessageGroupId: 'h' })).MessageId, one.MessageId);
  assert.deepEqual(await at(0, grouped), one);
});

test('a FIFO topic under random publishes keeps each message once and in order', async () => {
  const step = fc.record({ id: fc.nat(3), group: fc.nat(1), ms: fc.nat(200_000) });
  const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.uuid(), async (steps, run) => {
    const known = new Map<string, { until: number; SequenceNumber: string }>();
    let now = sns.clock.now();
    let last = '';
    for (const { id, group, ms } of steps) {
      now += ms;
      const MessageDeduplicationId = `${run}-${id}`;
      const input = { TopicArn: ordered, MessageGroupId: `g${group}`, MessageDeduplicationId };
      const { SequenceNumber } = await publish(input, { now });
      const before = known.get(MessageDeduplicationId);
      if (before && before.until > now) assert.equal(SequenceNumber, before.SequenceNumber);
      else {
        assert.ok(SequenceNumber > last);
        last = SequenceNumber;
        known.set(MessageDeduplicationId, { until: now + 300_000, SequenceNumber });
      }
    }
  });
  await fc.assert(property, { numRuns: 20 });
});

test('what is published is counted, with its size; what is refused is not', async () => {
  sns.counted.length = 0;
  const MessageAttributes = { name: { DataType: 'String', StringValue: 'value' } };
  await publish({ Message: 'four', MessageAttributes });
  await assert.rejects(publish({ TopicArn: arnOf('none') }));
  assert.deepEqual(sns.counted, ['NumberOfMessagesPublished 1', 'PublishSize 19']);
  const PublishBatchRequestEntries = ['a', 'bc'].map((Message, i) => ({ Id: String(i), Message }));
  await sns.call('PublishBatch', { TopicArn, PublishBatchRequestEntries });
  await sns.put(TopicArn, { caller: { role: 'arn:aws:iam::000000000000:role/r' } });
  const sizes = sns.counted.filter((one) => one.startsWith('PublishSize'));
  assert.deepEqual(sizes.slice(1), ['PublishSize 1', 'PublishSize 2', 'PublishSize 3']);
  assert.equal(sns.counted.length, 8);
});
