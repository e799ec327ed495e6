import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('twice is refused', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
  await assert.rejects(
    logs('CreateLogStream', { logGroupName: 'g', logStreamName: 's' }),
    refusal('ResourceAlreadyExistsException', /^The specified log stream already exists$/),
  );
  await assert.rejects(
    logs('CreateLogStream', { logGroupName: 'no', logStreamName: 's' }),
    refusal('ResourceNotFoundException', /^The specified log group does not exist\.$/),
  );
});
