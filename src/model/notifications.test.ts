import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coversEvent, type NotificationRule, type ObjectChange, objectEvent, selects } from './notifications.ts';

const rule: NotificationRule = {
  id: 'r',
  events: ['s3:ObjectCreated:*'],
  prefix: 'in/',
  suffix: '.jpg',
  target: { kind: 'function', arn: 'arn:aws:lambda:us-east-1:000000000000:function:f' },
};
const change: ObjectChange = {
  bucket: 'b',
  owner: '000000000000',
  key: 'in/a b+ü.jpg',
  eventName: 'ObjectCreated:Put',
  size: 9,
  etag: 'e',
  sequencer: '0A',
  requestId: 'R',
  hostId: 'H',
  principalId: 'P',
  sourceIp: '127.0.0.1',
};

test('events are covered exactly or by the star of their family', () => {
  assert.ok(
    coversEvent(['s3:ObjectCreated:Put'], 'ObjectCreated:Put') && coversEvent(['s3:ObjectCreated:*'], 'ObjectCreated:Copy'),
  );
  assert.ok(
    !coversEvent(['s3:ObjectCreated:Put'], 'ObjectCreated:Post') && !coversEvent(['s3:ObjectRemoved:*'], 'ObjectCreated:Put'),
  );
});

test('prefix and suffix both have to fit', () => {
  assert.ok(selects(rule, change));
  assert.ok(!selects(rule, { ...change, key: 'out/a.jpg' }) && !selects(rule, { ...change, key: 'in/a.png' }));
});

test('a created object gives one record with its facts, the key form-encoded (spec/event-sources.md §1)', () => {
  const { Records } = objectEvent(change, rule, 'us-east-1', 0) as { Records: { s3: { object: object }; eventTime: string }[] };
  assert.equal(Records.length, 1);
  assert.equal(Records[0]!.eventTime, '1970-01-01T00:00:00.000Z');
  assert.deepEqual(Records[0]!.s3.object, { key: 'in/a+b%2B%C3%BC.jpg', size: 9, eTag: 'e', sequencer: '0A' });
});

test('a removed object has neither size nor etag', () => {
  const { Records } = objectEvent({ ...change, eventName: 'ObjectRemoved:Delete' }, rule, 'us-east-1', 0) as {
    Records: { s3: { object: object } }[];
  };
  assert.deepEqual(Records[0]!.s3.object, { key: 'in/a+b%2B%C3%BC.jpg', sequencer: '0A' });
});

test('what a lifecycle ends is told like a removal, in the newer version of events', () => {
  const expired: ObjectChange = { ...change, eventName: 'LifecycleExpiration:Delete', versionId: 'v' };
  const { Records } = objectEvent(expired, rule, 'us-east-1', 0) as {
    Records: { eventVersion: string; s3: { object: object } }[];
  };
  assert.equal(Records[0]!.eventVersion, '2.3');
  assert.deepEqual(Records[0]!.s3.object, { key: 'in/a+b%2B%C3%BC.jpg', versionId: 'v', sequencer: '0A' });
});
