import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { contextOf, OTHER, rootOf } from '../../../test/support/s3-room.ts';
import { arnOf, functionArn, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
before(async () => {
  sns = await openSns();
});
after(() => sns.close());

test('ListSubscriptions are the account’s own, over all its topics, a hundred a page', async () => {
  await sns.call('CreateTopic', { Name: 't' });
  await sns.call('CreateTopic', { Name: 'u' });
  for (let index = 0; index < 101; index++) {
    const TopicArn = arnOf(index % 2 ? 't' : 'u');
    await sns.call('Subscribe', { TopicArn, Protocol: 'lambda', Endpoint: functionArn(`f${index}`) });
  }
  const theirs = { TopicArn: arnOf('t'), Protocol: 'http', Endpoint: 'http://example.org' };
  const other = contextOf({ account: OTHER, principal: rootOf(OTHER) });
  await sns.call('Subscribe', theirs, other);
  const first = await sns.call('ListSubscriptions');
  const second = await sns.call('ListSubscriptions', { NextToken: first.NextToken });
  assert.equal(first.Subscriptions.length + second.Subscriptions.length, 101);
  assert.equal(second.NextToken, undefined);
  const { Subscriptions } = await sns.call('ListSubscriptions', {}, other);
  assert.deepEqual(Subscriptions, [{ ...theirs, SubscriptionArn: 'PendingConfirmation', Owner: OTHER }]);
});
