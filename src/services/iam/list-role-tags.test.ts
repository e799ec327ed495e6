import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, LAMBDA_TRUST } from '../../../test/support/account-room.ts';

test('tags by key, in pages', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await iam('TagRole', {
    RoleName: 'r',
    Tags: [
      { Key: 'b', Value: '2' },
      { Key: 'a', Value: '1' },
    ],
  });
  const first = await iam('ListRoleTags', { RoleName: 'r', MaxItems: 1 });
  assert.deepEqual(first.Tags, [{ Key: 'a', Value: '1' }]);
  assert.deepEqual((await iam('ListRoleTags', { RoleName: 'r', Marker: first.Marker })).Tags, [{ Key: 'b', Value: '2' }]);
});
