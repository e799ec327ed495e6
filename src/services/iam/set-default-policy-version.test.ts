import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, allow, policyArn, refusal, roleArn } from '../../../test/support/account-room.ts';

test('roles follow the default version at once', async (t) => {
  const { iam, sts, findKey, authorize } = await accountRoom(t);
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
  });
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust });
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  const { Credentials } = await sts('AssumeRole', { RoleArn: roleArn('r'), RoleSessionName: 's' });
  const key = await findKey(Credentials.AccessKeyId, Credentials.SessionToken);
  assert.ok(key);
  const may = async (action: string) =>
    (await authorize(key.principal, { action, resource: 'arn:aws:s3:::b/k', context: {} })).reason;
  await iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: policyArn('p') });
  assert.equal(await may('s3:GetObject'), 'allowed');
  await iam('CreatePolicyVersion', { PolicyArn: policyArn('p'), PolicyDocument: allow('sqs:*') });
  assert.equal(await may('s3:GetObject'), 'allowed');
  await iam('SetDefaultPolicyVersion', { PolicyArn: policyArn('p'), VersionId: 'v2' });
  assert.equal(await may('s3:GetObject'), 'no identity-based policy allows the s3:GetObject action');
  await assert.rejects(iam('SetDefaultPolicyVersion', { PolicyArn: policyArn('p'), VersionId: 'v3' }), refusal('NoSuchEntity'));
});
