import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('none, for a group that is there', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  assert.deepEqual(await logs('DescribeSubscriptionFilters', { logGroupName: 'g' }), { subscriptionFilters: [] });
  await assert.rejects(
    logs('DescribeSubscriptionFilters', { logGroupName: 'no' }),
    refusal('ResourceNotFoundException', /^The specified log group does not exist\.$/),
  );
});
