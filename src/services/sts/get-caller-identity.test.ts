import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom } from '../../../test/support/account-room.ts';

test('root is itself', async (t) => {
  const { sts } = await accountRoom(t);
  assert.deepEqual(await sts('GetCallerIdentity'), { UserId: ACCOUNT, Account: ACCOUNT, Arn: `arn:aws:iam::${ACCOUNT}:root` });
});
