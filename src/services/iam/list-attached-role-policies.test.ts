import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, LAMBDA_TRUST } from '../../../test/support/account-room.ts';

test('name and ARN of each, filtered by path', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  assert.deepEqual((await iam('ListAttachedRolePolicies', { RoleName: 'r' })).AttachedPolicies, []);
  await iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaRole' });
  await iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' });
  assert.deepEqual((await iam('ListAttachedRolePolicies', { RoleName: 'r', PathPrefix: '/service-role/' })).AttachedPolicies, [
    { PolicyName: 'AWSLambdaRole', PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaRole' },
  ]);
  assert.equal((await iam('ListAttachedRolePolicies', { RoleName: 'r' })).AttachedPolicies.length, 2);
});
