import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, LAMBDA_TRUST, refusal } from '../../../test/support/account-room.ts';

test('none, for a role that is there', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  assert.deepEqual(await iam('ListInstanceProfilesForRole', { RoleName: 'r' }), { InstanceProfiles: [], IsTruncated: false });
  await assert.rejects(
    iam('ListInstanceProfilesForRole', { RoleName: 'no' }),
    refusal('NoSuchEntity', /The role with name no cannot be found\./, 404),
  );
});
