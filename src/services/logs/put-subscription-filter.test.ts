import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('refused by name', async (t) => {
  const { logs } = await accountRoom(t);
  await assert.rejects(
    logs('PutSubscriptionFilter', { logGroupName: 'g', filterName: 'n' }),
    refusal('NotImplemented', /Subscription filters \(n\)/, 501),
  );
});
