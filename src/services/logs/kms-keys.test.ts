import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, refusal } from '../../../test/support/account-room.ts';

test('a key is refused by name; taking none away is fine', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await assert.rejects(
    logs('AssociateKmsKey', { logGroupName: 'g', kmsKeyId: 'k' }),
    refusal('InvalidParameterException', /^kmsKeyId is not implemented/),
  );
  assert.deepEqual(await logs('DisassociateKmsKey', { logGroupName: 'g' }), {});
  const resourceIdentifier = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:g`;
  assert.deepEqual(await logs('DisassociateKmsKey', { resourceIdentifier }), {});
  await assert.rejects(logs('DisassociateKmsKey', { logGroupName: 'no' }), refusal('ResourceNotFoundException'));
  await assert.rejects(logs('DisassociateKmsKey', {}), refusal('InvalidParameterException', /Exactly one/));
});
