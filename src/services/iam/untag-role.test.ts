import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, LAMBDA_TRUST } from '../../../test/support/account-room.ts';

test('named tags go, unknown keys do not matter', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await iam('TagRole', {
    RoleName: 'r',
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ],
  });
  await iam('UntagRole', { RoleName: 'r', TagKeys: ['a', 'zz'] });
  assert.deepEqual((await iam('ListRoleTags', { RoleName: 'r' })).Tags, [{ Key: 'b', Value: '2' }]);
});
