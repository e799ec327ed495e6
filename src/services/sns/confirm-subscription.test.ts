import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arnOf, invalid, nobody, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
const TopicArn = arnOf('t');
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 't' });
});
after(() => sns.close());

async function pending(path: string) {
  await sns.call('Subscribe', { TopicArn, Protocol: 'http', Endpoint: `http://example.org/${path}` });
  const { subscription, token } = (await sns.last()).body;
  return { arn: subscription!.arn, Token: token! };
}

const attributesOf = async (SubscriptionArn: string) =>
  (await sns.call('GetSubscriptionAttributes', { SubscriptionArn })).Attributes;

test('the token confirms, without a signature and more than once', async () => {
  const { arn, Token } = await pending('a');
  assert.equal((await attributesOf(arn)).PendingConfirmation, 'true');
  const confirm = () => sns.call('ConfirmSubscription', { TopicArn, Token }, { principal: nobody });
  assert.deepEqual(await confirm(), { SubscriptionArn: arn });
  assert.deepEqual(await confirm(), { SubscriptionArn: arn });
  const { PendingConfirmation, ConfirmationWasAuthenticated } = await attributesOf(arn);
  assert.deepEqual([PendingConfirmation, ConfirmationWasAuthenticated], ['false', 'false']);
  const { SubscriptionsConfirmed, SubscriptionsPending } = await sns.topic(TopicArn);
  assert.deepEqual([SubscriptionsConfirmed, SubscriptionsPending], ['1', '0']);
});

test('other tokens, other topics and late ones do not', async () => {
  const { Token } = await pending('b');
  await assert.rejects(sns.call('ConfirmSubscription', { TopicArn, Token: 'x' }), invalid('Token'));
  await assert.rejects(sns.call('ConfirmSubscription', { TopicArn: 'x', Token }), invalid(/at least 6 elements/));
  const late = sns.clock.now() + 3 * 24 * 3600_000;
  await assert.rejects(sns.call('ConfirmSubscription', { TopicArn, Token }, { now: late }), invalid('Token'));
});

test('AuthenticateOnUnsubscribe closes the link', async () => {
  const { arn, Token } = await pending('c');
  await sns.call('ConfirmSubscription', { TopicArn, Token, AuthenticateOnUnsubscribe: 'true' });
  assert.equal((await attributesOf(arn)).ConfirmationWasAuthenticated, 'true');
  await assert.rejects(sns.call('Unsubscribe', { SubscriptionArn: arn }, { principal: nobody }), {
    code: 'AuthorizationErrorException',
  });
});
