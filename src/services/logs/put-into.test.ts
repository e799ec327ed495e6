import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ACCOUNT, accountRoom, refusal } from '../../../test/support/account-room.ts';
import { logTopic, type PutItem, type RecordMetrics } from '../../model/index.ts';
import { logGroupExists, putIntoLogGroup } from './put-into.ts';

const arn = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/events`;

async function room(t: TestContext) {
  const { logs, store, clock, metrics } = await accountRoom(t);
  const recordMetrics: RecordMetrics = async (_tx, values) => void metrics.push(...values);
  await logs('CreateLogGroup', { logGroupName: '/events' });
  const caller = {
    service: 'events.amazonaws.com',
    sourceArn: `arn:aws:events:eu-west-1:${ACCOUNT}:rule/bus/r`,
    sourceAccount: ACCOUNT,
  };
  const item: PutItem = { id: '0123456789ab-cdef', body: '{"a":1}', time: clock.now(), caller };
  const put = (to: string, more: Partial<PutItem> = {}) =>
    store.transact((tx) => putIntoLogGroup({ recordMetrics })(tx, to, { ...item, ...more }));
  return { logs, store, item, put, caller, metrics };
}

test('events become lines of a stream named after the rule', async (t) => {
  const { logs, put, item } = await room(t);
  await put(arn);
  await put(`${arn}:*`, { body: 'two ✓' });
  await put(arn, { body: 'later', time: item.time + 1000 });
  const { events } = await logs('GetLogEvents', { logGroupName: '/events', logStreamName: 'rule/bus/r', startFromHead: true });
  const lines = events.map(({ message, timestamp }: { message: string; timestamp: number }) => [message, timestamp]);
  assert.deepEqual(lines, [
    ['{"a":1}', item.time],
    ['two ✓', item.time],
    ['later', item.time + 1000],
  ]);
  const { logStreams } = await logs('DescribeLogStreams', { logGroupName: '/events' });
  assert.deepEqual([logStreams.length, logStreams[0].lastEventTimestamp], [1, item.time + 1000]);
});

test('only a group of the same account that is there takes a line that fits', async (t) => {
  const { put, store, caller } = await room(t);
  await assert.rejects(put(`${arn}x`), refusal('TargetMissing'));
  await assert.rejects(put(arn, { caller: { ...caller, sourceAccount: '999999999999' } }), refusal('TargetRefused'));
  await assert.rejects(put(arn, { body: 'x'.repeat(1_048_576) }), refusal('TargetInvalid'));
  await put(arn, { caller: { role: `arn:aws:iam::${ACCOUNT}:role/r` } });
  assert.deepEqual([await logGroupExists(store.read, arn), await logGroupExists(store.read, `${arn}x`)], [true, false]);
});

test('what filters select and measure of it is told', async (t) => {
  const { put, logs, store, metrics } = await room(t);
  const destinationArn = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f`;
  const group = { logGroupName: '/events', filterName: 'n' };
  await logs('PutSubscriptionFilter', { ...group, filterPattern: '{ $.a = 1 }', destinationArn });
  const metricTransformations = [{ metricName: 'a', metricNamespace: 'app', metricValue: '$.a' }];
  await logs('PutMetricFilter', { ...group, filterPattern: '{ $.a = * }', metricTransformations });
  await put(arn, { cause: 'c' });
  await put(arn, { body: '{"a":2}' });
  const told = await store.read.events(logTopic.name, 0, 1, 10);
  assert.deepEqual(
    told.map(({ cause }) => cause),
    ['c'],
  );
  assert.deepEqual(
    metrics.map(({ values }) => values.sum),
    [1, 2],
  );
});
