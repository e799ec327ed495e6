import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, LAMBDA_TRUST, refusal } from '../../../test/support/account-room.ts';

test('policies must go first', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: allow('s3:*') });
  await iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' });
  await assert.rejects(iam('DeleteRole', { RoleName: 'r' }), refusal('DeleteConflict', /must detach all policies first\./, 409));
  await iam('DetachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' });
  await assert.rejects(iam('DeleteRole', { RoleName: 'r' }), refusal('DeleteConflict', /must delete policies first\./, 409));
  await iam('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' });
  await iam('DeleteRole', { RoleName: 'r' });
  await assert.rejects(iam('DeleteRole', { RoleName: 'r' }), refusal('NoSuchEntity'));
});
