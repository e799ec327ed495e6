import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('twice is refused, tags are kept, other classes are not pretended', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await assert.rejects(
    logs('CreateLogGroup', { logGroupName: 'g' }),
    refusal('ResourceAlreadyExistsException', /^The specified log group already exists$/),
  );
  await assert.rejects(
    logs('CreateLogGroup', { logGroupName: 'h', kmsKeyId: 'k' }),
    refusal('InvalidParameterException', /kmsKeyId/),
  );
  await logs('CreateLogGroup', { logGroupName: 'h', tags: { a: 'b' } });
  assert.deepEqual((await logs('ListTagsLogGroup', { logGroupName: 'h' })).tags, { a: 'b' });
});
