import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, functionArn, invalid, openSns, queueArn, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
let queue: string;
const TopicArn = arnOf('t');
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 't' });
  queue = (await sns.call('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: queueArn('q') })).SubscriptionArn;
});
after(() => sns.close());

const set = (AttributeName: string, AttributeValue?: string, SubscriptionArn = queue) =>
  sns.call('SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue });
const attributes = async (SubscriptionArn = queue) =>
  (await sns.call('GetSubscriptionAttributes', { SubscriptionArn })).Attributes;

test('filter policies come, change their scope, and go', async () => {
  await set('FilterPolicy', '{"a":["x"]}');
  assert.equal((await attributes()).FilterPolicyScope, 'MessageAttributes');
  await set('FilterPolicyScope', 'MessageBody');
  await set('FilterPolicy', '{"a":{"b":["x"]}}');
  await assert.rejects(
    set('FilterPolicyScope', 'MessageAttributes'),
    invalid('Filter policy scope MessageAttributes does not support nested filter policy'),
  );
  await assert.rejects(
    set('FilterPolicyScope', 'RandomValue'),
    invalid('FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or MessageAttributes'),
  );
  await assert.rejects(set('FilterPolicy', '{"a":"x"}'), invalid('FilterPolicy: "a" must be an object or an array'));
  await set('FilterPolicy', '{}');
  assert.equal((await attributes()).FilterPolicy, undefined);
});

test('dead letters go to a queue', async () => {
  const policy = JSON.stringify({ deadLetterTargetArn: queueArn('dead') });
  await set('RedrivePolicy', policy);
  assert.equal((await attributes()).RedrivePolicy, policy);
  await assert.rejects(
    set('RedrivePolicy', '{"deadLetterTargetArn":"x"}'),
    invalid('RedrivePolicy: deadLetterTargetArn is an invalid arn'),
  );
  await assert.rejects(set('RedrivePolicy', '{invalid'), invalid(/RedrivePolicy: failed to parse JSON/));
  await assert.rejects(set('RedrivePolicy', 'null2'), invalid(/RedrivePolicy: failed to parse JSON/));
  await set('RedrivePolicy');
  assert.equal((await attributes()).RedrivePolicy, undefined);
});

test('raw delivery and delivery policies are for those that have them', async () => {
  await set('RawMessageDelivery', 'True');
  assert.equal((await attributes()).RawMessageDelivery, 'true');
  await assert.rejects(set('RawMessageDelivery', ''), invalid('RawMessageDelivery: Invalid value []. Must be true or false.'));
  const { SubscriptionArn } = await sns.call('Subscribe', { TopicArn, Protocol: 'lambda', Endpoint: functionArn('f') });
  await assert.rejects(set('RawMessageDelivery', 'true', SubscriptionArn), invalid(/\[lambda\] does not support raw/));
  await assert.rejects(set('DeliveryPolicy', '{"healthyRetryPolicy":{}}'), invalid(/only HTTP and HTTPS/));
  const http = { TopicArn, Protocol: 'http', Endpoint: 'http://example.org', ReturnSubscriptionArn: true };
  const hook = (await sns.call('Subscribe', http)).SubscriptionArn;
  await set('DeliveryPolicy', '{"healthyRetryPolicy":{"numRetries":1}}', hook);
  assert.equal(JSON.parse((await attributes(hook)).EffectiveDeliveryPolicy).healthyRetryPolicy.numRetries, 1);
});

test('names that are none, roles and replays are refused', async () => {
  await assert.rejects(set('Strange', 'x'), invalid('AttributeName'));
  await refused(set('ReplayPolicy', '{"PointType":"Timestamp"}'), 'NotImplemented');
  await refused(set('FilterPolicy', '{}', `${TopicArn}:x`), 'NotFoundException');
});

test('a topic has at most 200 filter policies', async () => {
  await sns.call('CreateTopic', { Name: 'many' });
  const subscribe = (index: number) =>
    sns.call('Subscribe', {
      TopicArn: arnOf('many'),
      Protocol: 'sqs',
      Endpoint: queueArn(`q${index}`),
      Attributes: { FilterPolicy: '{"a":["x"]}' },
    });
  for (let index = 0; index < 200; index++) await subscribe(index);
  await refused(subscribe(200), 'FilterPolicyLimitExceededException');
});
