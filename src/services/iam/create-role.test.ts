import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, allow, LAMBDA_TRUST, policyArn, refusal } from '../../../test/support/account-room.ts';

test('a new role has id, path and ARN, and no session duration in the reply', async (t) => {
  const { iam } = await accountRoom(t);
  const { Role } = await iam('CreateRole', {
    RoleName: 'r',
    Path: '/a/b/',
    AssumeRolePolicyDocument: LAMBDA_TRUST,
    Tags: [{ Key: 'k', Value: 'v' }],
  });
  assert.match(Role.RoleId, /^AROA[A-Z2-7]{17}$/);
  assert.equal(Role.Arn, `arn:aws:iam::${ACCOUNT}:role/a/b/r`);
  assert.equal(decodeURIComponent(Role.AssumeRolePolicyDocument), LAMBDA_TRUST);
  assert.equal('MaxSessionDuration' in Role, false);
  assert.deepEqual(Role.Tags, [{ Key: 'k', Value: 'v' }]);
});

test('names collide in any case, broken trust is refused with the words of AWS', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await assert.rejects(
    iam('CreateRole', { RoleName: 'R', AssumeRolePolicyDocument: LAMBDA_TRUST }),
    refusal('EntityAlreadyExists', /Role with name R already exists\./, 409),
  );
  await assert.rejects(
    iam('CreateRole', { RoleName: 'x', AssumeRolePolicyDocument: '{' }),
    refusal('MalformedPolicyDocument', /This policy contains invalid Json/),
  );
  await assert.rejects(
    iam('CreateRole', { RoleName: 'x', AssumeRolePolicyDocument: allow('s3:*') }),
    refusal('MalformedPolicyDocument'),
  );
  await assert.rejects(
    iam('CreateRole', { RoleName: 'x', AssumeRolePolicyDocument: LAMBDA_TRUST, PermissionsBoundary: policyArn('no') }),
    refusal('NoSuchEntity', /is not attachable/),
  );
});
