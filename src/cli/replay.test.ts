import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dalamb, NOW } from './command.fixture.ts';

const books = { topics: [{ topic: 's3.objects' }, { topic: 'lambda.async' }] };
const done = { id: 'R', state: 'done', looked: 9, matched: 3, delivered: 2, dryRun: false };

test('replay says what to deliver again, waits for the end, and tells what was done', async () => {
  const line = ['replay', 's3', '--since', '2h', '--pattern', '{"source":["s3"]}', '--failed', '--to', 'arn', '--rate', '7'];
  const { code, out, sent } = await dalamb(line, { 'GET /events': books, 'POST /events/replays': done });
  assert.equal(code, 0);
  assert.deepEqual(sent[1]!.body, {
    topic: 's3.objects',
    since: NOW - 7_200_000,
    pattern: { source: ['s3'] },
    failuresOnly: true,
    target: 'arn',
    rate: 7,
  });
  assert.equal(out, 'R  done; looked at 9, 3 matched, delivered 2\n');
});

test('a replay that failed fails; what cannot be meant is wrong usage', async () => {
  const failed = { ...done, state: 'failed', error: 'no' };
  const { code } = await dalamb(['replay', 'lambda.async'], { 'GET /events': books, 'POST /events/replays': failed });
  assert.equal(code, 1);
  for (const line of [
    ['replay', 'nothing'],
    ['replay', 's3', '--since', 'soon'],
    ['replay', 's3', '--pattern', '{'],
  ])
    assert.equal((await dalamb(line, { 'GET /events': books })).code, 2, line.join(' '));
});

test('trace draws cause and effect, and marks what was asked for', async () => {
  const trace = {
    id: 'D',
    invocation: 'I',
    truncated: false,
    events: [
      {
        id: 'E',
        topic: 's3.objects',
        lane: 0,
        position: 1,
        time: 0,
        type: 'ObjectCreated:Put',
        subject: 'k',
        deliveries: [
          { id: 'D', subscriber: 's', target: 'f', attempts: 3, state: 'failed', reason: 'RetriesExhausted', caused: [] },
        ],
      },
    ],
  };
  const { out } = await dalamb(['trace', 'D'], { 'GET /events/trace/D': trace });
  assert.deepEqual(out.split('\n'), [
    'invocation I',
    '    1970-01-01T00:00:00.000Z s3.objects ObjectCreated:Put k  E',
    '*     → f failed after 3 attempts (RetriesExhausted)  D',
    '',
  ]);
});

test('events of one source are listed', async () => {
  const event = { id: 'E', topic: 's3.objects', position: 1, time: 0, type: 'T', source: 's3', subject: 'k' };
  const { out, sent } = await dalamb(['events', '--source', 's3'], {
    'GET /events': books,
    'GET /events/accepted': { events: [event] },
  });
  assert.match(out, /1970-01-01T00:00:00.000Z +T +k +E/);
  assert.equal(sent[1]!.query.get('topic'), 's3.objects');
});
