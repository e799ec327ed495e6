import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, invalid, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
const TopicArn = arnOf('t');
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 't' });
});
after(() => sns.close());

const set = (AttributeName: string, AttributeValue?: string) =>
  sns.call('SetTopicAttributes', { TopicArn, AttributeName, AttributeValue });

test('what is set is what is read', async () => {
  const before = await sns.topic(TopicArn);
  await set('DisplayName', 'Shown');
  await set('SignatureVersion', '2');
  await set('MaximumMessageSize', '1024');
  await set('DeliveryPolicy', '{"http":{"defaultHealthyRetryPolicy":{"numRetries":1}}}');
  const policy = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Resource: TopicArn },
  };
  await set('Policy', JSON.stringify(policy));
  const attributes = await sns.topic(TopicArn);
  assert.equal(attributes.DisplayName, 'Shown');
  assert.equal(attributes.SignatureVersion, '2');
  assert.equal(attributes.Policy, JSON.stringify(policy));
  assert.equal(JSON.parse(attributes.EffectiveDeliveryPolicy!).http.defaultHealthyRetryPolicy.numRetries, 1);
  await set('DeliveryPolicy', '');
  await set('Policy', before.Policy);
  await set('DisplayName');
  const { SignatureVersion: _, MaximumMessageSize: __, ...again } = await sns.topic(TopicArn);
  assert.deepEqual(again, before);
});

test('wrong names and values are refused', async () => {
  await assert.rejects(set('FifoTopic', 'true'), invalid('AttributeName'));
  await assert.rejects(set('Strange', '1'), invalid('AttributeName'));
  await assert.rejects(set('ContentBasedDeduplication', 'true'), invalid('AttributeName'));
  await assert.rejects(set('SignatureVersion', '3'), invalid('SignatureVersion'));
  await assert.rejects(set('MaximumMessageSize', '1048577'), invalid('MaximumMessageSize'));
  await assert.rejects(set('Policy', '{'), invalid(/^Invalid parameter: Policy Error/));
  await assert.rejects(set('Policy', ''), invalid(/^Invalid parameter: Policy Error/));
  const foreign = { Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }] };
  await assert.rejects(set('Policy', JSON.stringify(foreign)), invalid('Policy statement action out of service scope!'));
  await refused(set('KmsMasterKeyId', 'key'), 'NotImplemented');
  await refused(set('SQSSuccessFeedbackSampleRate', '1'), 'NotImplemented');
  await set('SQSSuccessFeedbackSampleRate', '0');
});
