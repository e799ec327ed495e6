import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, LAMBDA_TRUST, policyArn, refusal } from '../../../test/support/account-room.ts';

test('AWS policies and own ones attach, unknown and broken ARNs do not', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: policyArn('p') });
  await iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole' });
  await assert.rejects(
    iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/Nothing' }),
    refusal('NoSuchEntity', /does not exist or is not attachable/, 404),
  );
  await assert.rejects(
    iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'nonsense-nonsense-nonsense' }),
    refusal('ValidationError', /Invalid ARN: {2}Could not be parsed!/),
  );
});

test('no more than twenty', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  for (let i = 0; i < 20; i++) {
    await iam('CreatePolicy', { PolicyName: `p${i}`, PolicyDocument: allow('s3:*') });
    await iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: policyArn(`p${i}`) });
  }
  await iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: policyArn('p3') });
  await assert.rejects(
    iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
    refusal('LimitExceeded', /PoliciesPerRole/),
  );
});
