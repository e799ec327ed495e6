import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, refusal } from '../../../test/support/account-room.ts';

test('by name, in pages, with all that was set', async (t) => {
  const { logs, clock } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  assert.deepEqual(await logs('DescribeSubscriptionFilters', { logGroupName: 'g' }), { subscriptionFilters: [] });
  const destinationArn = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f`;
  const given = { logGroupName: 'g', filterPattern: 'p', destinationArn };
  const created = clock.now();
  await logs('PutSubscriptionFilter', { ...given, filterName: 'b', distribution: 'Random' });
  await logs('PutSubscriptionFilter', { ...given, filterName: 'a' });
  const shown = (filterName: string, distribution: string) => ({
    ...given,
    filterName,
    distribution,
    applyOnTransformedLogs: false,
    creationTime: created,
  });
  const first = await logs('DescribeSubscriptionFilters', { logGroupName: 'g', limit: 1 });
  assert.deepEqual(first.subscriptionFilters, [shown('a', 'ByLogStream')]);
  const second = await logs('DescribeSubscriptionFilters', { logGroupName: 'g', limit: 1, nextToken: first.nextToken });
  assert.deepEqual(second, { subscriptionFilters: [shown('b', 'Random')] });
  const found = await logs('DescribeSubscriptionFilters', { logGroupName: 'g', filterNamePrefix: 'b' });
  assert.deepEqual(found.subscriptionFilters, [shown('b', 'Random')]);
  await assert.rejects(
    logs('DescribeSubscriptionFilters', { logGroupName: 'g', nextToken: 'x' }),
    refusal('InvalidParameterException', /^The specified nextToken is invalid\.$/),
  );
  await assert.rejects(
    logs('DescribeSubscriptionFilters', { logGroupName: 'no' }),
    refusal('ResourceNotFoundException', /^The specified log group does not exist\.$/),
  );
});
