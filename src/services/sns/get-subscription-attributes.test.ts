import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, functionArn, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
const TopicArn = arnOf('t');
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 't' });
});
after(() => sns.close());

test('GetSubscriptionAttributes of a function', async () => {
  const { SubscriptionArn } = await sns.call('Subscribe', { TopicArn, Protocol: 'lambda', Endpoint: functionArn('f') });
  assert.deepEqual(await sns.call('GetSubscriptionAttributes', { SubscriptionArn }), {
    Attributes: {
      SubscriptionArn,
      TopicArn,
      Owner: '000000000000',
      Protocol: 'lambda',
      Endpoint: functionArn('f'),
      SubscriptionPrincipal: 'arn:aws:iam::000000000000:root',
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
      RawMessageDelivery: 'false',
    },
  });
});

test('HTTP shows its effective delivery policy, and no password', async () => {
  const input = { TopicArn, Protocol: 'http', Endpoint: 'http://u:secret@example.org/', ReturnSubscriptionArn: true };
  const { SubscriptionArn } = await sns.call('Subscribe', input);
  const { Attributes } = await sns.call('GetSubscriptionAttributes', { SubscriptionArn });
  assert.equal(Attributes.Endpoint, 'http://u:****@example.org/');
  const effective = JSON.parse(Attributes.EffectiveDeliveryPolicy);
  assert.equal(effective.healthyRetryPolicy.numRetries, 3);
  assert.equal(effective.guaranteed, false);
});

test('a subscription that is not there', async () => {
  const { message } = await refused(
    sns.call('GetSubscriptionAttributes', { SubscriptionArn: `${TopicArn}:x` }),
    'NotFoundException',
  );
  assert.equal(message, 'Subscription does not exist');
});
