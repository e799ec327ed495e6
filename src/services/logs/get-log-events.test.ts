import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('pages forth and back, and the same token at the end', async (t) => {
  const { logs, clock } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
  const at = clock.now() - 60_000;
  const logEvents = Array.from({ length: 10 }, (_, i) => ({ timestamp: at + i * 5000, message: String(i) }));
  await logs('PutLogEvents', { logGroupName: 'g', logStreamName: 's', logEvents });
  const get = (input: object) => logs('GetLogEvents', { logGroupName: 'g', logStreamName: 's', limit: 4, ...input });
  const text = (page: { events: { message: string }[] }) => page.events.map((e) => e.message).join('');
  const newest = await get({});
  assert.equal(text(newest), '6789');
  const before = await get({ nextToken: newest.nextBackwardToken });
  assert.equal(text(before), '2345');
  assert.equal(text(await get({ nextToken: before.nextForwardToken })), '6789');
  const end = await get({ nextToken: newest.nextForwardToken });
  assert.deepEqual([text(end), end.nextForwardToken], ['', newest.nextForwardToken]);
  const head = await get({ startFromHead: true });
  assert.equal(text(head), '0123');
  assert.equal(text(await get({ nextToken: head.nextForwardToken })), '4567');
  assert.equal(text(await get({ startFromHead: true, startTime: at + 5000, endTime: at + 15_000 })), '12');
  await assert.rejects(get({ nextToken: 'f/x/s' }), refusal('InvalidParameterException', /nextToken is invalid/));
});

test('a token of an empty stream sees what comes later', async (t) => {
  const { logs, clock } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
  const get = (input: object) => logs('GetLogEvents', { logGroupName: 'g', logStreamName: 's', ...input });
  const { nextForwardToken } = await get({ startFromHead: true });
  await logs('PutLogEvents', { logGroupName: 'g', logStreamName: 's', logEvents: [{ timestamp: clock.now(), message: 'x' }] });
  assert.equal((await get({ nextToken: nextForwardToken })).events.length, 1);
});
