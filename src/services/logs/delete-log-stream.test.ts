import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('its events are not seen any more, also after it was made again', async (t) => {
  const { logs, clock } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
  await logs('PutLogEvents', { logGroupName: 'g', logStreamName: 's', logEvents: [{ timestamp: clock.now(), message: 'old' }] });
  await logs('DeleteLogStream', { logGroupName: 'g', logStreamName: 's' });
  await assert.rejects(
    logs('GetLogEvents', { logGroupName: 'g', logStreamName: 's' }),
    refusal('ResourceNotFoundException', /log stream does not exist/),
  );
  await logs('CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
  assert.deepEqual((await logs('GetLogEvents', { logGroupName: 'g', logStreamName: 's' })).events, []);
  assert.deepEqual((await logs('FilterLogEvents', { logGroupName: 'g' })).events, []);
});
