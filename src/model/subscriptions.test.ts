import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadLetterArn, matchSubscription, rememberedFilters, retryPolicyOf, type TopicSubscription } from './subscriptions.ts';
import type { TopicMessage } from './topic-messages.ts';

const subscription: TopicSubscription = {
  topicArn: 't',
  id: 'i',
  arn: 't:i',
  owner: '000000000000',
  region: 'us-east-1',
  protocol: 'sqs',
  endpoint: 'q',
  principal: 'p',
  created: 0,
};
const message: TopicMessage = {
  type: 'Notification',
  messageId: 'm',
  topicArn: 't',
  time: 0,
  message: '{"kind":"b"}',
  attributes: { kind: { type: 'String', value: 'a' } },
  signatureVersion: '1',
};

test('notifications go to who is confirmed and whose filter lets them pass', () => {
  const match = (change: Partial<TopicSubscription>, body: Partial<TopicMessage> = {}) =>
    matchSubscription({ ...subscription, ...change }, { ...message, ...body }, rememberedFilters());
  assert.equal(match({}), true);
  assert.equal(match({ expires: 1 }), false);
  assert.equal(match({ filterPolicy: '{"kind":["a"]}' }), true);
  assert.equal(match({ filterPolicy: '{"kind":["b"]}' }), false);
  assert.equal(match({ filterPolicy: '{"kind":["b"]}', filterPolicyScope: 'MessageBody' }), true);
  const own = { byProtocol: { sqs: '{"kind":"c"}' } };
  assert.equal(match({ filterPolicy: '{"kind":["c"]}', filterPolicyScope: 'MessageBody' }, own), true);
});

test('confirmations go to the one that they name', () => {
  const asked: TopicMessage = { ...message, type: 'SubscriptionConfirmation', subscription };
  assert.equal(matchSubscription({ ...subscription, expires: 1 }, asked), true);
  assert.equal(matchSubscription({ ...subscription, arn: 't:other' }, asked), false);
});

test('each kind of subscriber has its retries', () => {
  const of = (change: Partial<TopicSubscription>, body: Partial<TopicMessage> = {}) =>
    retryPolicyOf({ ...subscription, ...change }, { ...message, ...body });
  const managed = of({});
  assert.equal(managed.maxRetries, 100_015);
  const delays = Array.from({ length: 17 }, (_, index) => managed.delayMs(index + 1));
  assert.deepEqual(delays.slice(0, 6), [0, 0, 0, 1000, 1000, 1000]);
  assert.deepEqual(delays.slice(14), [20_000, 20_000, 20_000]);
  assert.equal(of({ protocol: 'email' }).maxRetries, 50);
  assert.equal(of({ protocol: 'email' }).delayMs(50), 600_000);
  const http = of({ protocol: 'https' });
  assert.deepEqual([http.maxRetries, http.delayMs(1), http.delayMs(3)], [3, 20_000, 20_000]);
  const retry = {
    minDelayTarget: 1,
    maxDelayTarget: 2,
    numRetries: 1,
    numMaxDelayRetries: 0,
    numNoDelayRetries: 0,
    numMinDelayRetries: 0,
    backoffFunction: 'linear',
  } as const;
  assert.equal(of({ protocol: 'http' }, { delivery: { retry } }).maxRetries, 1);
  assert.equal(of({ protocol: 'http', delivery: { retry } }, { delivery: { overrides: 'disabled' } }).maxRetries, 3);
});

test('a redrive policy names the dead-letter queue', () => {
  assert.equal(deadLetterArn(subscription), undefined);
  assert.equal(deadLetterArn({ ...subscription, redrivePolicy: '{"deadLetterTargetArn":"dead"}' }), 'dead');
});
