import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('a deleted key is not known any more', async (t) => {
  const { iam, findKey, as, root } = await accountRoom(t);
  const { AccessKey } = await iam('CreateAccessKey');
  const stranger = as({ ...root, account: '210987654321' }, 'iam');
  await assert.rejects(stranger('DeleteAccessKey', { AccessKeyId: AccessKey.AccessKeyId }), refusal('NoSuchEntity'));
  await iam('DeleteAccessKey', { AccessKeyId: AccessKey.AccessKeyId });
  assert.equal(await findKey(AccessKey.AccessKeyId, undefined), undefined);
});
