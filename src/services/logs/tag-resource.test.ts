import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom } from '../../../test/support/account-room.ts';

test('tags of both interfaces are the same', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('TagResource', { resourceArn: `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:g`, tags: { a: '1' } });
  assert.deepEqual((await logs('ListTagsLogGroup', { logGroupName: 'g' })).tags, { a: '1' });
});
