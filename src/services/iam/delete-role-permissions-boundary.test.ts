import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, allow, refusal, roleArn } from '../../../test/support/account-room.ts';

test('without its boundary the role may again what its policies say', async (t) => {
  const { iam, sts, findKey, authorize } = await accountRoom(t);
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
  });
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust });
  await iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: allow('s3:*') });
  const { Credentials } = await sts('AssumeRole', { RoleArn: roleArn('r'), RoleSessionName: 's' });
  const key = await findKey(Credentials.AccessKeyId, Credentials.SessionToken);
  assert.ok(key);
  const may = async (action: string) =>
    (await authorize(key.principal, { action, resource: 'arn:aws:s3:::b/k', context: {} })).reason;
  await iam('PutRolePermissionsBoundary', {
    RoleName: 'r',
    PermissionsBoundary: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
  });
  await iam('DeleteRolePermissionsBoundary', { RoleName: 'r' });
  assert.equal(await may('s3:PutObject'), 'allowed');
  await assert.rejects(iam('DeleteRolePermissionsBoundary', { RoleName: 'r' }), refusal('NoSuchEntity'));
});
