import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom } from '../../../test/support/account-room.ts';

test('keys without secrets', async (t) => {
  const { iam } = await accountRoom(t);
  const { AccessKey } = await iam('CreateAccessKey');
  const { AccessKeyMetadata } = await iam('ListAccessKeys');
  assert.deepEqual(
    AccessKeyMetadata.map((k: { AccessKeyId: string }) => k.AccessKeyId),
    [AccessKey.AccessKeyId],
  );
  assert.equal(JSON.stringify(AccessKeyMetadata).includes(AccessKey.SecretAccessKey), false);
});
