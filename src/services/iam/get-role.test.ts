import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, LAMBDA_TRUST, refusal } from '../../../test/support/account-room.ts';

test('a role is described whole', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  const { Role } = await iam('GetRole', { RoleName: 'r' });
  assert.equal(Role.MaxSessionDuration, 3600);
  assert.deepEqual(Role.RoleLastUsed, {});
});

test('a missing role is NoSuchEntity', async (t) => {
  const { iam } = await accountRoom(t);
  await assert.rejects(
    iam('GetRole', { RoleName: 'no' }),
    refusal('NoSuchEntity', /The role with name no cannot be found\./, 404),
  );
});
