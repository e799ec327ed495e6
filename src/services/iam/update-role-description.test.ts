import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, LAMBDA_TRUST } from '../../../test/support/account-room.ts';

test('the changed role is answered', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  assert.equal((await iam('UpdateRoleDescription', { RoleName: 'r', Description: 'new' })).Role.Description, 'new');
});
