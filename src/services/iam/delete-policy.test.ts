import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, LAMBDA_TRUST, policyArn, refusal } from '../../../test/support/account-room.ts';

test('an attached policy and one with further versions stay', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: policyArn('p') });
  await assert.rejects(iam('DeletePolicy', { PolicyArn: policyArn('p') }), refusal('DeleteConflict', /attached/, 409));
  await iam('DetachRolePolicy', { RoleName: 'r', PolicyArn: policyArn('p') });
  await iam('CreatePolicyVersion', { PolicyArn: policyArn('p'), PolicyDocument: allow('s3:*') });
  await assert.rejects(iam('DeletePolicy', { PolicyArn: policyArn('p') }), refusal('DeleteConflict', /more than one version/));
  await iam('DeletePolicyVersion', { PolicyArn: policyArn('p'), VersionId: 'v2' });
  await iam('DeletePolicy', { PolicyArn: policyArn('p') });
  await assert.rejects(iam('GetPolicy', { PolicyArn: policyArn('p') }), refusal('NoSuchEntity'));
  await assert.rejects(iam('DeletePolicy', { PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }), refusal('AccessDenied'));
});
