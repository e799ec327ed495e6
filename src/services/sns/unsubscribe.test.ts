import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, functionArn, invalid, nobody, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
const TopicArn = arnOf('t');
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 't' });
});
after(() => sns.close());

const unsubscribe = (SubscriptionArn?: string, context: object = {}) => sns.call('Unsubscribe', { SubscriptionArn }, context);

async function confirmed(path: string): Promise<string> {
  await sns.call('Subscribe', { TopicArn, Protocol: 'http', Endpoint: `http://example.org/${path}` });
  const { token } = (await sns.last()).body;
  return (await sns.call('ConfirmSubscription', { TopicArn, Token: token }, { principal: nobody })).SubscriptionArn;
}

test('its owner ends a subscription for good, as often as they like', async () => {
  const arn = await confirmed('a');
  assert.deepEqual(await unsubscribe(arn), {});
  assert.deepEqual(await unsubscribe(arn), {});
  await refused(sns.call('GetSubscriptionAttributes', { SubscriptionArn: arn }), 'NotFoundException');
  assert.equal((await sns.last()).type, 'SubscriptionConfirmation');
  assert.equal((await sns.topic(TopicArn)).SubscriptionsDeleted, '1');
});

test('the link ends it for now: the subscriber is told and may take it back', async () => {
  const arn = await confirmed('b');
  await unsubscribe(arn, { principal: nobody });
  const { type, body } = await sns.last();
  assert.equal(type, 'UnsubscribeConfirmation');
  assert.match(body.message, /deactivate subscription/);
  const { Subscriptions } = await sns.call('ListSubscriptionsByTopic', { TopicArn });
  assert.deepEqual(
    Subscriptions.map((one: { SubscriptionArn: string }) => one.SubscriptionArn),
    ['Deleted'],
  );
  await refused(sns.call('GetSubscriptionAttributes', { SubscriptionArn: arn }), 'NotFoundException');
  assert.deepEqual(await unsubscribe(arn, { principal: nobody }), {});
  const back = await sns.call('ConfirmSubscription', { TopicArn, Token: body.token }, { principal: nobody });
  assert.equal(back.SubscriptionArn, arn);
  const { SubscriptionsConfirmed, SubscriptionsDeleted } = await sns.topic(TopicArn);
  assert.deepEqual([SubscriptionsConfirmed, SubscriptionsDeleted], ['1', '1']);
});

test('functions and queues are ended by signed requests only', async () => {
  const { SubscriptionArn } = await sns.call('Subscribe', { TopicArn, Protocol: 'lambda', Endpoint: functionArn('f') });
  await refused(unsubscribe(SubscriptionArn, { principal: nobody }), 'AuthorizationErrorException');
  await unsubscribe(SubscriptionArn);
});

test('what is pending cannot be ended, and what is no ARN is said to be none', async () => {
  const pending = { TopicArn, Protocol: 'http', Endpoint: 'http://example.org/c', ReturnSubscriptionArn: true };
  const { SubscriptionArn } = await sns.call('Subscribe', pending);
  await assert.rejects(unsubscribe(SubscriptionArn), invalid(/Cannot unsubscribe a subscription that is pending confirmation/));
  await assert.rejects(unsubscribe(), invalid('SubscriptionArn Reason: no value for required parameter'));
  await assert.rejects(unsubscribe('x'), invalid('SubscriptionArn Reason: An ARN must have at least 6 elements, not 1'));
  await assert.rejects(unsubscribe(TopicArn), invalid('SubscriptionId'));
});
