import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, functionArn, invalid, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
before(async () => {
  sns = await openSns();
});
after(() => sns.close());

test('DeleteTopic takes the subscriptions with it, and is content with a topic that is not there', async () => {
  await sns.call('CreateTopic', { Name: 'gone' });
  for (const name of ['a', 'b']) {
    await sns.call('Subscribe', { TopicArn: arnOf('gone'), Protocol: 'lambda', Endpoint: functionArn(name) });
  }
  assert.deepEqual(await sns.call('DeleteTopic', { TopicArn: arnOf('gone') }), {});
  await refused(sns.call('GetTopicAttributes', { TopicArn: arnOf('gone') }), 'NotFoundException');
  assert.deepEqual((await sns.call('ListSubscriptions')).Subscriptions, []);
  assert.deepEqual(await sns.call('DeleteTopic', { TopicArn: arnOf('gone') }), {});
  await sns.call('CreateTopic', { Name: 'gone' });
  assert.equal((await sns.topic(arnOf('gone'))).SubscriptionsConfirmed, '0');
});

test('an ARN has to be one, of this region', async () => {
  const remove = (TopicArn: string) => sns.call('DeleteTopic', { TopicArn });
  await assert.rejects(remove('a:b'), invalid('TopicArn Reason: An ARN must have at least 6 elements, not 2'));
  await assert.rejects(remove('arn:aws:sns:eu-west-1:000000000000:t'), invalid('TopicArn'));
});
