import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ACCOUNT, accountRoom, refusal } from '../../../test/support/account-room.ts';
import type { PutItem } from '../../model/index.ts';
import { logGroupExists, putIntoLogGroup } from './put-into.ts';

const arn = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/events`;

async function room(t: TestContext) {
  const { logs, store, clock } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: '/events' });
  const caller = {
    service: 'events.amazonaws.com',
    sourceArn: `arn:aws:events:eu-west-1:${ACCOUNT}:rule/bus/r`,
    sourceAccount: ACCOUNT,
  };
  const item: PutItem = { id: '0123456789ab-cdef', body: '{"a":1}', time: clock.now(), caller };
  const put = (to: string, more: Partial<PutItem> = {}) => store.transact((tx) => putIntoLogGroup(tx, to, { ...item, ...more }));
  return { logs, store, item, put, caller };
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
