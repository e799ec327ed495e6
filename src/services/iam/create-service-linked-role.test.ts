import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('refused by name', async (t) => {
  const { iam } = await accountRoom(t);
  await assert.rejects(
    iam('CreateServiceLinkedRole', { AWSServiceName: 'x.amazonaws.com' }),
    refusal('NotImplemented', /x\.amazonaws\.com/, 501),
  );
});
