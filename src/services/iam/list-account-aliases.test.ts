import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom } from '../../../test/support/account-room.ts';

test('none', async (t) => {
  const { iam } = await accountRoom(t);
  assert.deepEqual(await iam('ListAccountAliases'), { AccountAliases: [], IsTruncated: false });
});
