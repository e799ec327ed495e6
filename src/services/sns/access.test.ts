import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { contextOf, OTHER, rootOf } from '../../../test/support/s3-room.ts';
import { arnOf, functionArn, nobody, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
const TopicArn = arnOf('t');
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 't' });
});
after(() => sns.close());

const asked = (operation: string, input: object, context: object = {}) =>
  sns.service.access(operation, input as Record<string, unknown>, contextOf(context));

test('topics are asked for by their ARN', async () => {
  const on = (action: string, context: object = {}) => [{ action, resource: TopicArn, context }];
  assert.deepEqual(await asked('Publish', { TopicArn }), on('sns:Publish'));
  assert.deepEqual(await asked('PublishBatch', { TopicArn }), on('sns:Publish'));
  assert.deepEqual(
    await asked('TagResource', { ResourceArn: TopicArn, Tags: [{ Key: 'K', Value: 'v' }] }),
    on('sns:TagResource', {
      'aws:tagkeys': ['K'],
      'aws:requesttag/k': 'v',
    }),
  );
  assert.deepEqual(
    await asked('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: 'e' }),
    on('sns:Subscribe', {
      'sns:protocol': 'sqs',
      'sns:endpoint': 'e',
    }),
  );
  assert.deepEqual(await asked('CreateTopic', { Name: 't' }), on('sns:CreateTopic'));
  const tagged = await asked('CreateTopic', { Name: 't', Tags: [{ Key: 'K', Value: 'v' }] });
  assert.deepEqual(
    tagged.map(({ action }) => action),
    ['sns:CreateTopic', 'sns:TagResource'],
  );
  assert.equal((await asked('ListTopics', {}))[0]!.resource, arnOf('*'));
});

test('a policy of the topic goes along, but never shuts its owner out', async () => {
  const policy = { Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sns:*', Resource: TopicArn }] };
  await sns.call('SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue: JSON.stringify(policy) });
  const [first] = await asked('Publish', { TopicArn });
  const [second] = await asked('Publish', { TopicArn });
  assert.deepEqual(first!.resourcePolicy, policy);
  assert.equal(first!.resourcePolicy, second!.resourcePolicy, 'the same object is compiled once');
  assert.equal((await asked('SetTopicAttributes', { TopicArn }))[0]!.resourcePolicy, undefined);
  const other = { principal: rootOf(OTHER) };
  assert.deepEqual((await asked('SetTopicAttributes', { TopicArn }, other))[0]!.resourcePolicy, policy);
});

test('whoever subscribed looks after it; whoever has a link needs nothing', async () => {
  const input = { TopicArn, Protocol: 'lambda', Endpoint: functionArn('f') };
  const { SubscriptionArn } = await sns.call('Subscribe', input);
  const own = { action: 'sns:Unsubscribe', resource: TopicArn, context: {}, resourceAccount: '000000000000' };
  assert.deepEqual(await asked('Unsubscribe', { SubscriptionArn }), [own]);
  const { resourceAccount: _, ...foreign } = own;
  assert.deepEqual(await asked('Unsubscribe', { SubscriptionArn }, { principal: rootOf(OTHER) }), [foreign]);
  assert.deepEqual(await asked('Unsubscribe', { SubscriptionArn }, { principal: nobody }), []);
  assert.deepEqual(await asked('ConfirmSubscription', { TopicArn, Token: 'x' }, { principal: nobody }), []);
  const [confirm] = await asked('ConfirmSubscription', { TopicArn, Token: 'x' }, { principal: rootOf(OTHER) });
  assert.equal(confirm!.resourceAccount, OTHER);
  assert.equal((await asked('GetSubscriptionAttributes', { SubscriptionArn: 'x' }))[0]!.resource, 'x');
});
