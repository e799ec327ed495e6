import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../kernel/index.ts';
import {
  defaultRetryPolicy,
  effectiveDelivery,
  effectiveSubscriptionDelivery,
  effectiveTopicDelivery,
  httpDelaysMs,
  parseSubscriptionDelivery,
  parseTopicDelivery,
} from './delivery-policy.ts';

const P = 'Invalid parameter: ';

test('the default is three retries, 20 s apart', () => {
  assert.deepEqual(httpDelaysMs(defaultRetryPolicy), [20_000, 20_000, 20_000]);
  assert.deepEqual(effectiveTopicDelivery({}), {
    http: {
      defaultHealthyRetryPolicy: defaultRetryPolicy,
      disableSubscriptionOverrides: false,
      defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
    },
  });
});

test('retries go through four phases', () => {
  const retry = {
    minDelayTarget: 1,
    maxDelayTarget: 60,
    numRetries: 10,
    numNoDelayRetries: 2,
    numMinDelayRetries: 1,
    numMaxDelayRetries: 2,
    backoffFunction: 'geometric',
  };
  const { retry: read } = parseSubscriptionDelivery(JSON.stringify({ healthyRetryPolicy: retry }), P);
  const delays = httpDelaysMs(read!);
  assert.equal(delays.length, 10);
  assert.deepEqual(delays.slice(0, 4), [0, 0, 1000, 1000]);
  assert.deepEqual(delays.slice(7), [60_000, 60_000, 60_000]);
  assert.deepEqual(
    [...delays].sort((a, b) => a - b),
    delays,
  );
});

test('what a topic disables, a subscription cannot set; what it sets, the subscription may', () => {
  const own = parseSubscriptionDelivery('{"requestPolicy":{"headerContentType":"application/json"}}', P);
  const topic = parseTopicDelivery('{"http":{"defaultHealthyRetryPolicy":{"numRetries":1}}}', P);
  assert.equal(effectiveDelivery(topic, own).contentType, 'application/json');
  assert.equal(effectiveDelivery(topic, own).retry.numRetries, 1);
  const strict = parseTopicDelivery('{"http":{"disableSubscriptionOverrides":true}}', P);
  assert.equal(effectiveDelivery(strict, own).contentType, 'text/plain; charset=UTF-8');
  assert.equal((effectiveSubscriptionDelivery(strict, own) as { guaranteed: boolean }).guaranteed, false);
});

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assert.ok(isFailure(error), String(error));
    return `${error.code} ${error.message}`;
  }
  return 'accepted';
}

test('bad policies and what nothing enforces are refused by name; defaults may be written back', () => {
  const own = (policy: unknown) => refusal(() => parseSubscriptionDelivery(JSON.stringify(policy), P));
  const topic = (policy: unknown) => refusal(() => parseTopicDelivery(JSON.stringify(policy), P));
  const invalid = 'InvalidParameterException Invalid parameter: DeliveryPolicy: ';
  assert.equal(
    own({ healthyRetryPolicy: { numRetries: 101 } }),
    `${invalid}healthyRetryPolicy.numRetries must be between 0 and 100`,
  );
  assert.equal(
    own({ healthyRetryPolicy: { minDelayTarget: 30, maxDelayTarget: 20 } }),
    `${invalid}healthyRetryPolicy.minDelayTarget must be between 1 and 20`,
  );
  assert.match(own({ healthyRetryPolicy: { numRetries: 2, numMinDelayRetries: 2, numNoDelayRetries: 1 } }), /sum of the retries/);
  assert.match(own({ healthyRetryPolicy: { numRetries: 100, minDelayTarget: 60, maxDelayTarget: 60 } }), /3600 seconds/);
  assert.match(own({ healthyRetryPolicy: { backoffFunction: 'quick' } }), /backoffFunction must be one of/);
  assert.match(own({ requestPolicy: { headerContentType: 'image/png' } }), /headerContentType must be one of/);
  assert.match(own({ requestPolicy: { headerContentType: 'text/plain\r\nx: y' } }), /headerContentType must be one of/);
  assert.equal(own({ strange: 1 }), `${invalid}unknown field strange`);
  assert.match(own({ throttlePolicy: { maxReceivesPerSecond: 1 } }), /^NotImplemented DeliveryPolicy: throttlePolicy/);
  assert.match(topic({ http: { defaultThrottlePolicy: { maxReceivesPerSecond: 1 } } }), /^NotImplemented/);
  assert.equal(own(effectiveSubscriptionDelivery({}, {})), 'accepted');
  assert.equal(topic(effectiveTopicDelivery({})), 'accepted');
  assert.match(
    refusal(() => parseTopicDelivery('{', P)),
    /failed to parse JSON/,
  );
});

test('whatever is written, it is refused by name or gives finite delays', () => {
  const part = fc.oneof(fc.jsonValue(), fc.nat(120), fc.constantFrom('linear', 'exponential', 'arithmetic'));
  const retry = fc.dictionary(fc.constantFrom(...Object.keys(defaultRetryPolicy)), part);
  const property = fc.property(fc.oneof(retry, fc.jsonValue()), (healthyRetryPolicy) => {
    try {
      const read = parseSubscriptionDelivery(JSON.stringify({ healthyRetryPolicy }), P);
      const delays = httpDelaysMs(read.retry ?? defaultRetryPolicy);
      assert.ok(delays.every((delay) => delay >= 0 && delay <= 3_600_000));
    } catch (error) {
      assert.ok(isFailure(error), String(error));
    }
  });
  fc.assert(property, { numRuns: 300 });
});
