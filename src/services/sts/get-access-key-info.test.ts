import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, refusal } from '../../../test/support/account-room.ts';

test('the account of a key', async (t) => {
  const { sts, iam } = await accountRoom(t);
  const { AccessKey } = await iam('CreateAccessKey');
  assert.deepEqual(await sts('GetAccessKeyInfo', { AccessKeyId: AccessKey.AccessKeyId }), { Account: ACCOUNT });
  await assert.rejects(sts('GetAccessKeyInfo', { AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }), refusal('ValidationError'));
});
