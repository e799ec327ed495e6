import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('refused: there is no provider', async (t) => {
  const { sts } = await accountRoom(t);
  await assert.rejects(
    sts('AssumeRoleWithWebIdentity', { ProviderId: 'example.com' }),
    refusal('InvalidIdentityToken', /example\.com/),
  );
});
