import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, functionArn, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
before(async () => {
  sns = await openSns();
});
after(() => sns.close());

test('ListSubscriptionsByTopic are the topic’s alone', async () => {
  await sns.call('CreateTopic', { Name: 't' });
  await sns.call('CreateTopic', { Name: 'u' });
  await sns.call('Subscribe', { TopicArn: arnOf('u'), Protocol: 'lambda', Endpoint: functionArn('f') });
  const subscribed = { TopicArn: arnOf('t'), Protocol: 'lambda', Endpoint: functionArn('f') };
  const { SubscriptionArn } = await sns.call('Subscribe', subscribed);
  assert.deepEqual(await sns.call('ListSubscriptionsByTopic', { TopicArn: arnOf('t') }), {
    Subscriptions: [{ ...subscribed, SubscriptionArn, Owner: '000000000000' }],
  });
  await refused(sns.call('ListSubscriptionsByTopic', { TopicArn: arnOf('none') }), 'NotFoundException');
});
