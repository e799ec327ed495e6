import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, LAMBDA_TRUST, policyArn } from '../../../test/support/account-room.ts';

test('roles that have it, or are bounded by it', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  for (const name of ['a', 'b']) await iam('CreateRole', { RoleName: name, AssumeRolePolicyDocument: LAMBDA_TRUST });
  await iam('AttachRolePolicy', { RoleName: 'a', PolicyArn: policyArn('p') });
  await iam('PutRolePermissionsBoundary', { RoleName: 'b', PermissionsBoundary: policyArn('p') });
  const roles = async (input = {}) =>
    (await iam('ListEntitiesForPolicy', { PolicyArn: policyArn('p'), ...input })).PolicyRoles.map(
      (r: { RoleName: string }) => r.RoleName,
    );
  assert.deepEqual(await roles(), ['a']);
  assert.deepEqual(await roles({ PolicyUsageFilter: 'PermissionsBoundary' }), ['b']);
  assert.deepEqual(await roles({ EntityFilter: 'User' }), []);
});
