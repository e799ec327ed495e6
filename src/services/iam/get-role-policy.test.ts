import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, LAMBDA_TRUST, refusal } from '../../../test/support/account-room.ts';

test('documents come back encoded', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: allow('s3:*') });
  const found = await iam('GetRolePolicy', { RoleName: 'r', PolicyName: 'p' });
  assert.equal(decodeURIComponent(found.PolicyDocument), allow('s3:*'));
  assert.doesNotMatch(found.PolicyDocument, /[{}"*:]/);
  await assert.rejects(
    iam('GetRolePolicy', { RoleName: 'r', PolicyName: 'no' }),
    refusal('NoSuchEntity', /The role policy with name no cannot be found\./),
  );
});
