import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, LAMBDA_TRUST, refusal } from '../../../test/support/account-room.ts';

test('a policy goes once', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: allow('s3:*') });
  await iam('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' });
  await assert.rejects(iam('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' }), refusal('NoSuchEntity'));
});
