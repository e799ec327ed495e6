import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, LAMBDA_TRUST } from '../../../test/support/account-room.ts';

test('description and session duration change, what is not given stays', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await iam('UpdateRole', { RoleName: 'r', Description: 'd', MaxSessionDuration: 7200 });
  await iam('UpdateRole', { RoleName: 'r' });
  const { Role } = await iam('GetRole', { RoleName: 'r' });
  assert.deepEqual([Role.Description, Role.MaxSessionDuration], ['d', 7200]);
});
