import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom } from '../../../test/support/account-room.ts';

test('named tags go', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('TagLogGroup', { logGroupName: 'g', tags: { a: '1', b: '2' } });
  await logs('UntagLogGroup', { logGroupName: 'g', tags: ['a'] });
  assert.deepEqual((await logs('ListTagsLogGroup', { logGroupName: 'g' })).tags, { b: '2' });
});
