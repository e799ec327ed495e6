import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, LAMBDA_TRUST, refusal, roleArn } from '../../../test/support/account-room.ts';

test('allowed, implicit and explicit deny', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  const deny = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Deny', Action: 's3:Put*', Resource: '*' } });
  await iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: allow('s3:*') });
  const { EvaluationResults } = await iam('SimulatePrincipalPolicy', {
    PolicySourceArn: roleArn('r'),
    ActionNames: ['s3:GetObject', 's3:PutObject', 'sqs:SendMessage'],
    PolicyInputList: [deny],
  });
  assert.deepEqual(
    EvaluationResults.map((e: { EvalDecision: string }) => e.EvalDecision),
    ['allowed', 'explicitDeny', 'implicitDeny'],
  );
  await assert.rejects(
    iam('SimulatePrincipalPolicy', { PolicySourceArn: roleArn('no'), ActionNames: ['s3:GetObject'] }),
    refusal('NoSuchEntity'),
  );
  await assert.rejects(
    iam('SimulatePrincipalPolicy', { PolicySourceArn: roleArn('r'), ActionNames: [], CallerArn: 'x' }),
    refusal('NotImplemented', /CallerArn/),
  );
});
