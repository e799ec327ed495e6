import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, LAMBDA_TRUST } from '../../../test/support/account-room.ts';

test('names of inline policies, and an empty list', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  assert.deepEqual(await iam('ListRolePolicies', { RoleName: 'r' }), { PolicyNames: [], IsTruncated: false });
  await iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: allow('s3:*') });
  assert.deepEqual((await iam('ListRolePolicies', { RoleName: 'r' })).PolicyNames, ['p']);
});
