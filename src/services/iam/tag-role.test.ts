import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, LAMBDA_TRUST, refusal } from '../../../test/support/account-room.ts';

test('tags are put over old ones; keys collide in any case; at most fifty', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST });
  await iam('TagRole', {
    RoleName: 'r',
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ],
  });
  await iam('TagRole', { RoleName: 'r', Tags: [{ Key: 'A', Value: '3' }] });
  assert.deepEqual((await iam('ListRoleTags', { RoleName: 'r' })).Tags, [
    { Key: 'A', Value: '3' },
    { Key: 'b', Value: '2' },
  ]);
  await assert.rejects(
    iam('TagRole', {
      RoleName: 'r',
      Tags: [
        { Key: 'x', Value: '' },
        { Key: 'X', Value: '' },
      ],
    }),
    refusal('InvalidInput', /Duplicate tag keys/),
  );
  await assert.rejects(
    iam('TagRole', { RoleName: 'r', Tags: Array.from({ length: 49 }, (_, i) => ({ Key: `k${i}`, Value: '' })) }),
    refusal('LimitExceeded'),
  );
});
