import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, refusal } from '../../../test/support/account-room.ts';

test('there is only root', async (t) => {
  const { iam, as, root } = await accountRoom(t);
  assert.equal((await iam('GetUser')).User.Arn, `arn:aws:iam::${ACCOUNT}:root`);
  await assert.rejects(iam('GetUser', { UserName: 'bob' }), refusal('NoSuchEntity', /The user with name bob cannot be found/));
  await assert.rejects(as({ ...root, kind: 'role' }, 'iam')('GetUser'), refusal('ValidationError', /Must specify userName/));
});
