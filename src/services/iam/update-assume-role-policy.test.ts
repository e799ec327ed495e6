import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, LAMBDA_TRUST, refusal, roleArn } from '../../../test/support/account-room.ts';

test('who may assume changes at once', async (t) => {
  const { iam, checkRole } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  assert.equal(await checkRole(roleArn('r'), 'lambda.amazonaws.com'), 'ok');
  await iam('UpdateAssumeRolePolicy', { RoleName: 'r', PolicyDocument: LAMBDA_TRUST.replace('lambda', 'scheduler') });
  assert.equal(await checkRole(roleArn('r'), 'lambda.amazonaws.com'), 'not-assumable');
  assert.equal(await checkRole(roleArn('no'), 'lambda.amazonaws.com'), 'missing');
  await assert.rejects(
    iam('UpdateAssumeRolePolicy', { RoleName: 'r', PolicyDocument: '[]' }),
    refusal('MalformedPolicyDocument', /Syntax errors/),
  );
});
