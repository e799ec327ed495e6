import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleEvent, sampleSources } from './sample-events.ts';

const facts = { account: '000000000000', region: 'us-east-1', now: Date.UTC(2026, 0, 2, 3, 4, 5, 678) };
// biome-ignore lint/suspicious/noExplicitAny: whatever the source sends
const sample = (source: string): any => sampleEvent(source, facts);

test('there is a sample for every source of the grammar, as plain JSON', () => {
  assert.deepEqual(sampleSources, ['s3', 'sqs', 'sns', 'dynamodb', 'kinesis', 'events', 'schedule', 'http', 'http-v1']);
  for (const source of sampleSources) assert.deepEqual(JSON.parse(JSON.stringify(sample(source))), sample(source), source);
  assert.equal(sampleEvent('constructor', facts), undefined);
});

test('records say where they come from, and only one is in each', () => {
  const origin = (source: string) => {
    const [record, ...more] = sample(source).Records;
    assert.equal(more.length, 0);
    return record.eventSource ?? record.EventSource;
  };
  assert.deepEqual(['s3', 'sqs', 'sns', 'dynamodb', 'kinesis'].map(origin), [
    'aws:s3',
    'aws:sqs',
    'aws:sns',
    'aws:dynamodb',
    'aws:kinesis',
  ]);
});

test('details are as on AWS', () => {
  assert.equal(sample('s3').Records[0].s3.object.key, 'summer/beach+photo.jpg');
  assert.equal(sample('s3').Records[0].eventTime, '2026-01-02T03:04:05.678Z');
  assert.match(sample('dynamodb').Records[0].eventSourceARN, /:table\/orders\/stream\/2026-01-02T03:04:05\.678$/);
  assert.deepEqual(sample('events').detail, { orderId: '1001', total: 120 });
  assert.equal(sample('schedule')['detail-type'], 'Scheduled Event');
  assert.equal(sample('http').requestContext.time, '02/Jan/2026:03:04:05 +0000');
  assert.equal(sample('http-v1').body, null);
});
