import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
before(async () => {
  sns = await openSns();
});
after(() => sns.close());

test('GetTopicAttributes of a new topic are AWS’s defaults', async () => {
  await sns.call('CreateTopic', { Name: 'new' });
  const { Policy, EffectiveDeliveryPolicy, ...others } = await sns.topic(arnOf('new'));
  assert.deepEqual(others, {
    TopicArn: arnOf('new'),
    Owner: '000000000000',
    DisplayName: '',
    SubscriptionsConfirmed: '0',
    SubscriptionsPending: '0',
    SubscriptionsDeleted: '0',
  });
  const policy = JSON.parse(Policy!);
  assert.equal(policy.Id, '__default_policy_ID');
  assert.deepEqual(policy.Statement[0].Condition, { StringEquals: { 'AWS:SourceOwner': '000000000000' } });
  assert.equal(JSON.parse(EffectiveDeliveryPolicy!).http.defaultHealthyRetryPolicy.numRetries, 3);
});

test('a topic that is not there', async () => {
  const { message, status } = await refused(sns.call('GetTopicAttributes', { TopicArn: arnOf('none') }), 'NotFoundException');
  assert.equal(message, 'Topic does not exist');
  assert.equal(status, 404);
});
