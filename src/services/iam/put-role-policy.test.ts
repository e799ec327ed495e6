import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, LAMBDA_TRUST, refusal } from '../../../test/support/account-room.ts';

test('documents are checked, and together at most 10,240 characters', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  const large = (n: number) => allow(Array.from({ length: n }, (_, i) => `s3:Get${String(i).padStart(5, '0')}`));
  await iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'a', PolicyDocument: large(500) });
  await iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'a', PolicyDocument: large(510) });
  await assert.rejects(
    iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'b', PolicyDocument: large(300) }),
    refusal('LimitExceeded', /Maximum policy size of 10240 bytes exceeded for role r/, 409),
  );
  await assert.rejects(
    iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'b', PolicyDocument: LAMBDA_TRUST }),
    refusal('MalformedPolicyDocument', /should not specify a principal/),
  );
});

test('a missing role is NoSuchEntity', async (t) => {
  const { iam } = await accountRoom(t);
  await assert.rejects(
    iam('PutRolePolicy', { RoleName: 'no', PolicyName: 'p', PolicyDocument: allow('s3:*') }),
    refusal('NoSuchEntity', /The role with name no cannot be found\./, 404),
  );
});
