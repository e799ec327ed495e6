import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('none at first; a missing group is refused', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  assert.deepEqual((await logs('ListTagsLogGroup', { logGroupName: 'g' })).tags, {});
  await assert.rejects(
    logs('ListTagsLogGroup', { logGroupName: 'no' }),
    refusal('ResourceNotFoundException', /^The specified log group does not exist\.$/),
  );
});
