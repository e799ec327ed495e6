import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dalamb } from './command.fixture.ts';

const books = {
  topics: [{ topic: 's3.objects' }, { topic: 'schedules.due' }],
  sources: ['s3.objects', 'schedules.due', 'dynamodb', 'kinesis', 'sqs'],
};

test('every source that the platform names is listed, by its first word', async () => {
  for (const [word, topic] of [
    ['s3', 's3.objects'],
    ['schedule', 'schedules.due'],
    ['schedules.due', 'schedules.due'],
    ['dynamodb', 'dynamodb'],
    ['kinesis', 'kinesis'],
    ['sqs', 'sqs'],
  ] as const) {
    const answers = { 'GET /events': books, 'GET /events/accepted': { events: [] } };
    const { code, out, sent } = await dalamb(['events', '--source', word], answers);
    assert.deepEqual([code, out, sent[1]!.query.get('topic')], [0, `no events of ${word}\n`, topic]);
  }
  const { code, err } = await dalamb(['events', '--source', 'x'], { 'GET /events': books });
  assert.equal(code, 2);
  assert.match(err, /x is no source; there are s3\.objects, schedules\.due, dynamodb, kinesis, sqs/);
});

test('what is in flight is listed with its attempts and its last error', async () => {
  const batch = { id: 'mapping:U/S/0', subscriber: 'mapping:U', target: 'arn:f', attempts: 3, lastError: 'no', acceptedAt: 0 };
  const { out, sent } = await dalamb(['events', '--in-flight'], { 'GET /events/deliveries': { deliveries: [batch] } });
  assert.match(out, /mapping:U\/S\/0 +mapping:U +arn:f +3 +1970-01-01T00:00:00\.000Z +no\n/);
  assert.equal(sent[0]!.query.get('state'), 'in-flight');
});

test('a trace tells the size of a batch, and why one that is in flight failed', async () => {
  const one = { id: 'B', subscriber: 'm', target: 'f', attempts: 2, state: 'in-flight', error: 'no', size: 5, caused: [] };
  const event = { id: 'M', topic: 'sqs', lane: 0, position: 0, time: 0, deliveries: [one] };
  const { out } = await dalamb(['trace', 'M'], { 'GET /events/trace/M': { id: 'M', events: [event], truncated: false } });
  assert.deepEqual(out.split('\n').slice(0, 2), [
    '* 1970-01-01T00:00:00.000Z sqs message  M',
    '    → f in-flight in a batch of 5 after 2 attempts (no)  B',
  ]);
});
