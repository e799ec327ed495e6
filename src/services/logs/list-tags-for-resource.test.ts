import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, refusal } from '../../../test/support/account-room.ts';

test('by ARN, with and without its star', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('TagResource', { resourceArn: `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:g`, tags: { a: '1' } });
  assert.deepEqual(
    (await logs('ListTagsForResource', { resourceArn: `${`arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:g`}:*` })).tags,
    { a: '1' },
  );
  await assert.rejects(logs('ListTagsForResource', { resourceArn: 'arn:aws:logs:x' }), refusal('InvalidParameterException'));
});
