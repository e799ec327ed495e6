import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { TopicSubscription } from './subscriptions.ts';
import type { TopicMessage } from './topic-messages.ts';
import { deadLetterFor, notificationFor } from './topic-notifications.ts';

const topicArn = 'arn:aws:sns:us-east-1:000000000000:t';

const subscription: TopicSubscription = {
  topicArn,
  id: 'ID',
  arn: `${topicArn}:ID`,
  owner: '000000000000',
  region: 'us-east-1',
  protocol: 'lambda',
  endpoint: 'arn:aws:lambda:us-east-1:000000000000:function:f',
  principal: 'arn:aws:iam::000000000000:root',
  created: 0,
};

const message: TopicMessage = {
  type: 'Notification',
  messageId: 'M',
  topicArn,
  time: Date.UTC(2026, 0, 1),
  subject: 'S',
  message: 'text',
  attributes: { k: { type: 'String', value: 'v' } },
  signatureVersion: '1',
};

const signedTexts: string[] = [];
const facts = {
  endpoint: 'http://h:1',
  certificatePath: '/c.pem',
  sign: (version: '1' | '2', text: string) => {
    signedTexts.push(text);
    return `${version}:${createHash('md5').update(text).digest('hex')}`;
  },
};

const make = (change: Partial<TopicSubscription>, body: Partial<TopicMessage> = {}) =>
  // biome-ignore lint/suspicious/noExplicitAny: each test knows which kind it gets
  notificationFor({ ...subscription, ...change }, { ...message, ...body }, facts) as any;

const SIGNED =
  'Message\ntext\nMessageId\nM\nSubject\nS\nTimestamp\n2026-01-01T00:00:00.000Z\nTopicArn\n' +
  `${topicArn}\nType\nNotification\n`;

test('functions get one record, with the spellings of their own', () => {
  const { payload, arn } = make({});
  assert.equal(arn, subscription.endpoint);
  assert.equal(signedTexts.at(-1), SIGNED);
  assert.deepEqual(JSON.parse(payload), {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription.arn,
        Sns: {
          Type: 'Notification',
          MessageId: 'M',
          TopicArn: topicArn,
          Subject: 'S',
          Message: 'text',
          Timestamp: '2026-01-01T00:00:00.000Z',
          SignatureVersion: '1',
          Signature: facts.sign('1', SIGNED),
          SigningCertUrl: 'http://h:1/c.pem',
          UnsubscribeUrl: `http://h:1/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
          MessageAttributes: { k: { Type: 'String', Value: 'v' } },
        },
      },
    ],
  });
  const { subject: _, ...bare } = message;
  const { Sns } = JSON.parse((notificationFor(subscription, { ...bare, attributes: {} }, facts) as { payload: string }).payload)
    .Records[0];
  assert.equal(Sns.Subject, null);
  assert.deepEqual(Sns.MessageAttributes, {});
});

const queue = { protocol: 'sqs', endpoint: 'arn:aws:sqs:us-east-1:000000000000:q' } as const;

test('queues get the envelope, or the raw message with its attributes', () => {
  const { kind, body, attributes, groupId } = make(queue, { groupId: 'g', byProtocol: { sqs: 'for queues' } });
  assert.deepEqual([kind, attributes, groupId], ['queue', undefined, 'g']);
  const envelope = JSON.parse(body);
  assert.deepEqual(Object.keys(envelope), [
    'Type',
    'MessageId',
    'TopicArn',
    'Subject',
    'Message',
    'Timestamp',
    'SignatureVersion',
    'Signature',
    'SigningCertURL',
    'UnsubscribeURL',
    'MessageAttributes',
  ]);
  assert.equal(envelope.Message, 'for queues');
  assert.ok(signedTexts.at(-1)!.startsWith('Message\nfor queues\n'));
  assert.deepEqual(make({ ...queue, raw: true }), {
    kind: 'queue',
    arn: queue.endpoint,
    body: 'text',
    attributes: message.attributes,
  });
  assert.equal('attributes' in make({ ...queue, raw: true }, { attributes: {} }), false);
});

test('messages of FIFO topics carry a sequence number and no signature; only FIFO queues get deduplication ids', () => {
  const fifo = { sequenceNumber: '10000000000000000001', groupId: 'g', deduplicationId: 'd' };
  const made = make({ ...queue, endpoint: `${queue.endpoint}.fifo` }, fifo);
  assert.deepEqual([made.groupId, made.deduplicationId], ['g', 'd']);
  const { SequenceNumber, Signature, UnsubscribeURL } = JSON.parse(made.body);
  assert.deepEqual([SequenceNumber, Signature], [fifo.sequenceNumber, undefined]);
  assert.ok(UnsubscribeURL);
  assert.equal(make(queue, fifo).deduplicationId, undefined);
});

const http = { protocol: 'http', endpoint: 'http://example.org/hook' } as const;

test('HTTP gets its headers and the envelope', () => {
  const { url, headers, body } = make(http);
  assert.equal(url, http.endpoint);
  assert.deepEqual(headers, {
    'x-amz-sns-message-type': 'Notification',
    'x-amz-sns-message-id': 'M',
    'x-amz-sns-topic-arn': topicArn,
    'x-amz-sns-subscription-arn': subscription.arn,
    'content-type': 'text/plain; charset=UTF-8',
    'user-agent': 'Amazon Simple Notification Service Agent',
  });
  assert.equal(JSON.parse(body).Type, 'Notification');
  const raw = make({ ...http, raw: true, delivery: { contentType: 'application/json' } });
  assert.equal(raw.body, 'text');
  assert.equal(raw.headers['x-amz-sns-rawdelivery'], 'true');
  assert.equal(raw.headers['content-type'], 'application/json');
});

test('confirmations carry token and link, raw or not, and sign them', () => {
  const confirmation = { type: 'SubscriptionConfirmation', token: 'T', attributes: {}, subject: undefined } as never;
  const { headers, body } = make({ ...http, raw: true }, confirmation);
  assert.equal(headers['x-amz-sns-message-type'], 'SubscriptionConfirmation');
  assert.equal(headers['x-amz-sns-subscription-arn'], undefined);
  const { Token, SubscribeURL, UnsubscribeURL } = JSON.parse(body);
  const link = `http://h:1/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=T`;
  assert.deepEqual([Token, SubscribeURL, UnsubscribeURL], ['T', link, undefined]);
  assert.equal(
    signedTexts.at(-1),
    `Message\ntext\nMessageId\nM\nSubscribeURL\n${link}\nTimestamp\n2026-01-01T00:00:00.000Z\nToken\nT\nTopicArn\n${topicArn}\nType\nSubscriptionConfirmation\n`,
  );
  const end = make(http, { ...(confirmation as object), type: 'UnsubscribeConfirmation' });
  assert.equal(end.headers['x-amz-sns-subscription-arn'], subscription.arn);
});

test('mail is for people, email-json for programs', () => {
  const mail = { protocol: 'email', endpoint: 'a@example.org' } as const;
  const made = make(mail, { displayName: 'Shop', byProtocol: { email: 'Hello' } });
  assert.deepEqual([made.id, made.to, made.fromName, made.subject], ['M', 'a@example.org', 'Shop', 'S']);
  assert.match(made.text, /^Hello\n\n--\n/);
  assert.ok(made.text.includes(`http://h:1/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}\n`));
  assert.equal(make(mail, { subject: undefined } as never).subject, 'AWS Notification Message');
  const asked = make(mail, { type: 'SubscriptionConfirmation', token: 'T' });
  assert.equal(asked.subject, 'AWS Notification - Subscription Confirmation');
  assert.ok(asked.text.includes('?Action=ConfirmSubscription&TopicArn='));
  assert.match(make(mail, { type: 'UnsubscribeConfirmation', token: 'T' }).subject, /Unsubscribe Confirmation/);
  assert.equal(JSON.parse(make({ ...mail, protocol: 'email-json' }).text).Message, 'text');
});

test('dead letters are what the queue or an envelope would have been', () => {
  const dead = { ...facts, queueArn: 'arn:aws:sqs:us-east-1:000000000000:dead' };
  const ofFunction = deadLetterFor(subscription, message, dead);
  assert.equal(ofFunction.arn, dead.queueArn);
  assert.equal(JSON.parse(ofFunction.body).Type, 'Notification');
  const raw = { ...subscription, ...queue, raw: true };
  assert.equal(deadLetterFor(raw, message, dead).body, 'text');
});
