import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('tags over old ones, at most fifty', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('TagLogGroup', { logGroupName: 'g', tags: { a: '1', b: '2' } });
  await logs('TagLogGroup', { logGroupName: 'g', tags: { a: '3' } });
  assert.deepEqual((await logs('ListTagsLogGroup', { logGroupName: 'g' })).tags, { a: '3', b: '2' });
  await assert.rejects(
    logs('TagLogGroup', { logGroupName: 'g', tags: Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`k${i}`, ''])) }),
    refusal('TooManyTagsException'),
  );
});
