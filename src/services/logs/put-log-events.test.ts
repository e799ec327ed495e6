import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, refusal } from '../../../test/support/account-room.ts';

test('order, span and size are checked; what is too old or too new is said', async (t) => {
  const { logs, clock } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
  const now = clock.now();
  const put = (...logEvents: [number, string][]) =>
    logs('PutLogEvents', {
      logGroupName: 'g',
      logStreamName: 's',
      logEvents: logEvents.map(([timestamp, message]) => ({ timestamp, message })),
    });
  await assert.rejects(put([now, 'b'], [now - 1, 'a']), refusal('InvalidParameterException', /chronological order/));
  await assert.rejects(put([now - 90_000_000, 'a'], [now, 'b']), refusal('InvalidParameterException', /24 hours/));
  await assert.rejects(put([now, 'x'.repeat(1_048_576)]), refusal('InvalidParameterException', /Upload too large/));
  assert.deepEqual((await put([now, 'a'], [now + 8_000_000, 'b'])).rejectedLogEventsInfo, { tooNewLogEventStartIndex: 1 });
  assert.deepEqual((await put([now - 15 * 86_400_000, 'a'])).rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1 });
  await put([now, 'c'], [now, 'd\n✓']);
  const { events } = await logs('GetLogEvents', { logGroupName: 'g', logStreamName: 's' });
  assert.deepEqual(
    events.map((e: { message: string }) => e.message),
    ['a', 'c', 'd\n✓'],
  );
  await assert.rejects(
    logs('PutLogEvents', { logGroupName: 'no', logStreamName: 's', logEvents: [] }),
    refusal('ResourceNotFoundException', /^The specified log group does not exist\.$/),
  );
});

const embedded = (n: number, Timestamp: number) =>
  JSON.stringify({
    n,
    _aws: { Timestamp, CloudWatchMetrics: [{ Namespace: 'app', Dimensions: [[]], Metrics: [{ Name: 'n' }] }] },
  });

test('metrics that lines embed are recorded, of lines that are kept', async (t) => {
  const { logs, clock, metrics, observe } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
  const now = clock.now();
  const texts = ['plain', embedded(1, now), '"_aws" is not JSON', embedded(2, now)];
  const logEvents = texts.map((message) => ({ timestamp: now, message }));
  await logs('PutLogEvents', { logGroupName: 'g', logStreamName: 's', logEvents });
  observe.writeLog({ account: ACCOUNT, region: 'eu-west-1', group: '/aws/lambda/f', stream: 's' }, [
    { time: now, text: embedded(3, now) },
    { time: now, text: 'plain' },
  ]);
  await observe.flush();
  assert.deepEqual(
    metrics.map(({ namespace, name, values }) => [namespace, name, values.sum]),
    [
      ['app', 'n', 1],
      ['app', 'n', 2],
      ['app', 'n', 3],
    ],
  );
});
