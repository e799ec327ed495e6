import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, refusal } from '../../../test/support/account-room.ts';
import { accessKeys } from './collections.ts';

test('a key signs for its account, and its secret is not stored in the clear', async (t) => {
  const { iam, findKey, store } = await accountRoom(t);
  const { AccessKey } = await iam('CreateAccessKey');
  assert.match(AccessKey.AccessKeyId, /^AKIA[A-Z2-7]{16}$/);
  assert.equal(AccessKey.SecretAccessKey.length, 40);
  const found = await findKey(AccessKey.AccessKeyId, undefined);
  assert.deepEqual([found?.secret, found?.principal.arn], [AccessKey.SecretAccessKey, `arn:aws:iam::${ACCOUNT}:root`]);
  const row = await store.read.get(accessKeys, [AccessKey.AccessKeyId]);
  assert.ok(row);
  assert.equal(JSON.stringify(row).includes(AccessKey.SecretAccessKey), false);
  await assert.rejects(iam('CreateAccessKey', { UserName: 'bob' }), refusal('NoSuchEntity'));
});
