import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, LAMBDA_TRUST } from '../../../test/support/account-room.ts';

test('own ones, those of AWS, and only attached ones', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  const names = async (input: object) =>
    (await iam('ListPolicies', input)).Policies.map((p: { PolicyName: string }) => p.PolicyName);
  assert.deepEqual(await names({ Scope: 'Local' }), ['p']);
  assert.equal((await names({ Scope: 'AWS', MaxItems: 1000 })).includes('AWSLambdaBasicExecutionRole'), true);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' });
  assert.deepEqual(await names({ OnlyAttached: true }), ['ReadOnlyAccess']);
});
