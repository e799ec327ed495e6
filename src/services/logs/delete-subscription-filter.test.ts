import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, refusal } from '../../../test/support/account-room.ts';

test('gone, and no other filter with it', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  const destinationArn = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f`;
  for (const filterName of ['a', 'b']) {
    await logs('PutSubscriptionFilter', { logGroupName: 'g', filterName, filterPattern: '', destinationArn });
  }
  await logs('DeleteSubscriptionFilter', { logGroupName: 'g', filterName: 'a' });
  const left = async () => (await logs('DescribeSubscriptionFilters', { logGroupName: 'g' })).subscriptionFilters;
  assert.deepEqual(
    (await left()).map(({ filterName }: { filterName: string }) => filterName),
    ['b'],
  );
  await assert.rejects(
    logs('DeleteSubscriptionFilter', { logGroupName: 'g', filterName: 'a' }),
    refusal('ResourceNotFoundException', /^The specified subscription filter does not exist\.$/),
  );
  await logs('DeleteSubscriptionFilter', { logGroupName: 'g', filterName: 'b' });
  assert.deepEqual(await left(), []);
});
