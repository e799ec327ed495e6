import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, LAMBDA_TRUST, policyArn, refusal } from '../../../test/support/account-room.ts';

test('own policies and those of AWS', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  assert.equal((await iam('GetPolicy', { PolicyArn: policyArn('p') })).Policy.PolicyName, 'p');
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
  assert.equal((await iam('GetPolicy', { PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' })).Policy.AttachmentCount, 1);
  await assert.rejects(iam('GetPolicy', { PolicyArn: policyArn('no') }), refusal('NoSuchEntity', /was not found\./, 404));
  await assert.rejects(iam('GetPolicy', { PolicyArn: 'arn:aws:iam::210987654321:policy/p' }), refusal('NoSuchEntity'));
});
