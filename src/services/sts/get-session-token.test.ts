import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('a session of the account, for an hour at most, and not from a session', async (t) => {
  const { sts, findKey, as, clock } = await accountRoom(t);
  const { Credentials } = await sts('GetSessionToken', { DurationSeconds: 43_200 });
  assert.equal(Credentials.Expiration.getTime(), clock.now() + 3_600_000);
  const key = await findKey(Credentials.AccessKeyId, Credentials.SessionToken);
  assert.equal(key?.principal.kind, 'root');
  await assert.rejects(as(key.principal, 'sts')('GetSessionToken'), refusal('AccessDenied', /session credentials/));
});
