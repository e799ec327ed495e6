import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom } from '../../../test/support/account-room.ts';

test('named tags go', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('TagResource', { resourceArn: `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:g`, tags: { a: '1' } });
  await logs('UntagResource', { resourceArn: `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:g`, tagKeys: ['a'] });
  assert.deepEqual((await logs('ListTagsLogGroup', { logGroupName: 'g' })).tags, {});
});
