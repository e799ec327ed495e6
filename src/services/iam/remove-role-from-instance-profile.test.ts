import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('there is no profile to remove from', async (t) => {
  const { iam } = await accountRoom(t);
  await assert.rejects(
    iam('RemoveRoleFromInstanceProfile', { RoleName: 'r', InstanceProfileName: 'p' }),
    refusal('NoSuchEntity', /Instance Profile p cannot be found/),
  );
});
