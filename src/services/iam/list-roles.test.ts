import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, LAMBDA_TRUST, refusal } from '../../../test/support/account-room.ts';

test('roles come by name, in pages, below a path', async (t) => {
  const { iam } = await accountRoom(t);
  for (const [name, path] of [
    ['c', '/'],
    ['a', '/x/'],
    ['b', '/x/'],
  ])
    await iam('CreateRole', { RoleName: name, Path: path, AssumeRolePolicyDocument: LAMBDA_TRUST });
  const first = await iam('ListRoles', { MaxItems: 2 });
  assert.deepEqual([first.Roles.map((r: { RoleName: string }) => r.RoleName), first.IsTruncated], [['a', 'b'], true]);
  const second = await iam('ListRoles', { MaxItems: 2, Marker: first.Marker });
  assert.deepEqual([second.Roles.map((r: { RoleName: string }) => r.RoleName), second.IsTruncated], [['c'], false]);
  assert.equal((await iam('ListRoles', { PathPrefix: '/x/' })).Roles.length, 2);
  await assert.rejects(iam('ListRoles', { Marker: '%' }), refusal('ValidationError'));
});
