import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('a group that is made again is empty', async (t) => {
  const { logs, clock } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
  await logs('PutLogEvents', { logGroupName: 'g', logStreamName: 's', logEvents: [{ timestamp: clock.now(), message: 'old' }] });
  await logs('DeleteLogGroup', { logGroupName: 'g' });
  await assert.rejects(
    logs('DeleteLogGroup', { logGroupName: 'no' }),
    refusal('ResourceNotFoundException', /^The specified log group does not exist\.$/),
  );
  await logs('CreateLogGroup', { logGroupName: 'g' });
  assert.deepEqual((await logs('FilterLogEvents', { logGroupName: 'g' })).events, []);
});
