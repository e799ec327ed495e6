import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../kernel/index.ts';
import { type GivenLifecycleRule, readLifecycleRules } from './lifecycle-rules.ts';

const rule = (more: GivenLifecycleRule = {}): GivenLifecycleRule => ({
  ID: 'r',
  Status: 'Enabled',
  Filter: {},
  Expiration: { Days: 1 },
  ...more,
});
const read = (...rules: GivenLifecycleRule[]) => readLifecycleRules(rules);

function refusal(...rules: GivenLifecycleRule[]): string {
  try {
    read(...rules);
  } catch (error) {
    if (isFailure(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

test('all that a rule can say is read', () => {
  const And = { Prefix: 'p/', Tags: [{ Key: 'a', Value: 'b' }], ObjectSizeGreaterThan: 10, ObjectSizeLessThan: 20 };
  const NoncurrentVersionExpiration = { NoncurrentDays: 3, NewerNoncurrentVersions: 2 };
  assert.deepEqual(read(rule({ Filter: { And }, NoncurrentVersionExpiration })), [
    {
      id: 'r',
      enabled: true,
      prefix: 'p/',
      tags: [{ Key: 'a', Value: 'b' }],
      above: 10,
      below: 20,
      expiration: { days: 1 },
      noncurrent: { days: 3, keep: 2 },
    },
  ]);
  const legacy: GivenLifecycleRule = {
    ID: 'l',
    Status: 'Disabled',
    Prefix: 'x',
    Expiration: { Date: '2026-01-01T00:00:00.000Z' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  };
  const expiration = { date: Date.UTC(2026, 0, 1) };
  assert.deepEqual(read(legacy), [{ id: 'l', enabled: false, prefix: 'x', tags: [], expiration, abortDays: 7 }]);
  assert.equal(read(rule({ Filter: { Tag: { Key: 'a', Value: '' } } }))[0]!.tags.length, 1);
  assert.deepEqual(read(rule({ Expiration: { ExpiredObjectDeleteMarker: true } }))[0]!.expiration, { markers: true });
});

test('what cannot be meant is refused as AWS refuses it', () => {
  const malformed = /^MalformedXML: /;
  const tag = { Key: 'a', Value: 'b' };
  assert.match(refusal(), malformed);
  assert.match(refusal(rule({ Status: 'On' })), malformed);
  assert.match(refusal(rule({ Prefix: 'both' })), malformed);
  assert.match(refusal(rule({ Filter: undefined })), malformed);
  assert.match(refusal(rule({ Filter: { Prefix: 'p', Tag: tag } })), malformed);
  assert.match(refusal(rule({ Filter: { And: { Prefix: 'p' } } })), malformed);
  assert.match(refusal(rule({ Expiration: { Days: 1, ExpiredObjectDeleteMarker: true } })), malformed);
  assert.match(refusal(rule({ Expiration: {} })), malformed);
  assert.match(refusal(rule({ Expiration: { Date: 'none' } })), malformed);
  assert.match(refusal(rule({ NoncurrentVersionExpiration: {} })), malformed);
  assert.match(refusal(rule(), rule()), /^InvalidArgument: Rule ID must be unique/);
  assert.match(refusal(rule({ ID: 'x'.repeat(256) })), /^InvalidArgument: ID length/);
  assert.match(refusal(rule({ Expiration: undefined })), /^InvalidRequest: At least one action needs to be specified in a rule/);
  assert.match(
    refusal(rule({ Expiration: { Days: 0 } })),
    /^InvalidArgument: 'Days' for Expiration action must be a positive integer/,
  );
  assert.match(
    refusal(rule({ Expiration: { Date: '2026-01-01T01:00:00Z' } })),
    /^InvalidArgument: 'Date' must be at midnight GMT/,
  );
  assert.match(refusal(rule({ NoncurrentVersionExpiration: { NoncurrentDays: -1 } })), /^InvalidArgument: 'NoncurrentDays'/);
  assert.match(refusal(rule({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 0 } })), /^InvalidArgument: 'DaysAfter/);
  assert.match(refusal(rule({ Filter: { And: { Tags: [tag, tag] } } })), /^InvalidRequest: Duplicate Tag Keys/);
  const abort = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } };
  assert.match(refusal(rule({ ...abort, Filter: { Tag: tag } })), /^InvalidRequest: Abort.* cannot be specified with Tags/);
  assert.match(refusal(rule({ ...abort, Filter: { ObjectSizeLessThan: 1 } })), /^InvalidRequest: Abort.* with Object Size/);
  const markers = { Expiration: { ExpiredObjectDeleteMarker: true } };
  assert.match(refusal(rule({ ...markers, Filter: { Tag: tag } })), /^InvalidRequest: Expired.* cannot be specified with Tags/);
  assert.match(refusal(rule({ ...markers, Filter: { ObjectSizeLessThan: 1 } })), /^InvalidRequest: Expired.* with Object Size/);
  assert.match(refusal(rule({ Transitions: [{}] })), /^NotImplemented: Transition /);
  assert.match(refusal(rule({ NoncurrentVersionTransitions: [{}] })), /^NotImplemented: NoncurrentVersionTransition /);
});
