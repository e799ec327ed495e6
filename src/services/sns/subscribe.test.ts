import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { contextOf, OTHER, refused, rootOf } from '../../../test/support/s3-room.ts';
import { arnOf, functionArn, invalid, openSns, queueArn, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
const TopicArn = arnOf('t');
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 't' });
  await sns.call('CreateTopic', { Name: 't.fifo', Attributes: { FifoTopic: 'true' } });
});
after(() => sns.close());

const subscribe = (Protocol: string, Endpoint: string, others: object = {}) =>
  sns.call('Subscribe', { TopicArn, Protocol, Endpoint, ...others });

test('functions and queues of the account are subscribed at once, and once', async () => {
  const { SubscriptionArn } = await subscribe('lambda', functionArn('f'));
  assert.match(SubscriptionArn, new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
  assert.deepEqual(await subscribe('lambda', functionArn('f')), { SubscriptionArn });
  await subscribe('sqs', queueArn('q'), { Attributes: { RawMessageDelivery: 'true' } });
  await assert.rejects(
    subscribe('sqs', queueArn('q'), { Attributes: { RawMessageDelivery: 'false' } }),
    invalid('Attributes Reason: Subscription already exists with different attributes'),
  );
  assert.equal((await sns.topic(TopicArn)).SubscriptionsConfirmed, '2');
  assert.deepEqual(await sns.events(), []);
});

test('HTTP and mail are asked first, and asked again', async () => {
  const { SubscriptionArn } = await subscribe('https', 'https://example.org/hook');
  assert.equal(SubscriptionArn, 'pending confirmation');
  const { type, body } = await sns.last();
  assert.equal(type, 'SubscriptionConfirmation');
  assert.equal(body.subscription!.endpoint, 'https://example.org/hook');
  assert.equal(body.token!.length, 288);
  assert.match(body.message, /^You have chosen to subscribe to the topic arn:aws:sns:.*\n.*visit the SubscribeURL/);
  const again = await subscribe('https', 'https://example.org/hook', { ReturnSubscriptionArn: true });
  assert.equal(again.SubscriptionArn, body.subscription!.arn);
  assert.equal((await sns.last()).body.token, body.token);
  assert.equal((await subscribe('email', 'a@example.org')).SubscriptionArn, 'pending confirmation');
  assert.equal((await sns.topic(TopicArn)).SubscriptionsPending, '2');
});

test('a queue of another account is asked too; its functions subscribe themselves', async () => {
  const foreign = `arn:aws:sqs:us-east-1:${OTHER}:q`;
  assert.equal((await subscribe('sqs', foreign)).SubscriptionArn, 'pending confirmation');
  const theirs = `arn:aws:lambda:us-east-1:${OTHER}:function:f`;
  await refused(subscribe('lambda', theirs), 'AuthorizationErrorException');
  const context = contextOf({ principal: rootOf(OTHER), account: OTHER });
  const { SubscriptionArn } = await sns.call('Subscribe', { TopicArn, Protocol: 'lambda', Endpoint: theirs }, context);
  const { Attributes } = await sns.call('GetSubscriptionAttributes', { SubscriptionArn });
  assert.equal(Attributes.Owner, OTHER);
});

test('wrong protocols and endpoints are refused in SNS’s words', async () => {
  await assert.rejects(
    subscribe('carrier-pigeon', 'x'),
    invalid('Amazon SNS does not support this protocol string: carrier-pigeon'),
  );
  await assert.rejects(subscribe('sqs', 'http://q'), invalid('SQS endpoint ARN'));
  await assert.rejects(subscribe('lambda', queueArn('q')), invalid('Lambda endpoint ARN'));
  await assert.rejects(subscribe('http', 'https://example.org'), invalid('Endpoint must match the specified protocol'));
  await assert.rejects(subscribe('email', 'a@b, c@d'), invalid('Email address'));
  await assert.rejects(subscribe('email', 'a@b\r\nBcc: c@d'), invalid('Email address'));
  await assert.rejects(
    subscribe('sqs', queueArn('q.fifo')),
    invalid('Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics'),
  );
  const fifo = { TopicArn: arnOf('t.fifo') };
  await assert.rejects(subscribe('lambda', functionArn('f'), fifo), invalid(/Please use FIFO SQS queue/));
  await assert.rejects(subscribe('https', 'https://example.org', fifo), invalid(/Please use FIFO SQS queue/));
  await subscribe('sqs', queueArn('q.fifo'), fifo);
  for (const protocol of ['sms', 'application', 'firehose']) await refused(subscribe(protocol, 'x'), 'NotImplemented');
  await refused(subscribe('lambda', functionArn('f'), { TopicArn: arnOf('none') }), 'NotFoundException');
});

test('attributes are checked in the words of Subscribe', async () => {
  const with_ = (Attributes: object) => subscribe('sqs', queueArn('checked'), { Attributes });
  await assert.rejects(with_({ Strange: '1' }), invalid('Attributes Reason: AttributeName'));
  await assert.rejects(
    with_({ FilterPolicy: '{"a":[]}' }),
    invalid('Attributes Reason: FilterPolicy: Empty arrays are not allowed'),
  );
  await assert.rejects(
    with_({ RawMessageDelivery: 'wrongvalue' }),
    invalid('Attributes Reason: RawMessageDelivery: Invalid value [wrongvalue]. Must be true or false.'),
  );
  await refused(with_({ SubscriptionRoleArn: 'arn:aws:iam::000000000000:role/r' }), 'NotImplemented');
  await with_({ FilterPolicy: '{"a":{"b":["x"]}}', FilterPolicyScope: 'MessageBody' });
});

test('without an SMTP server mail is refused by name', async () => {
  const bare = await openSns({ canSendMail: false });
  try {
    await bare.call('CreateTopic', { Name: 't' });
    const { message } = await refused(
      bare.call('Subscribe', { TopicArn, Protocol: 'email', Endpoint: 'a@example.org' }),
      'NotImplemented',
    );
    assert.match(message, /email without an SMTP server/);
  } finally {
    await bare.close();
  }
});
