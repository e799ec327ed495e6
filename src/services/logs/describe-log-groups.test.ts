import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, refusal } from '../../../test/support/account-room.ts';

test('by name, with prefix or pattern, in pages', async (t) => {
  const { logs } = await accountRoom(t);
  for (const name of ['/a/2', '/a/1', '/b/1']) await logs('CreateLogGroup', { logGroupName: name });
  const names = async (input: object) =>
    (await logs('DescribeLogGroups', input)).logGroups.map((g: { logGroupName: string }) => g.logGroupName);
  assert.deepEqual(await names({ logGroupNamePrefix: '/a/' }), ['/a/1', '/a/2']);
  assert.deepEqual(await names({ logGroupNamePattern: '/1' }), ['/a/1', '/b/1']);
  const first = await logs('DescribeLogGroups', { limit: 2 });
  assert.deepEqual(await names({ nextToken: first.nextToken }), ['/b/1']);
  assert.equal(first.logGroups[0].arn, `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/a/1:*`);
  await assert.rejects(
    logs('DescribeLogGroups', { logGroupNamePrefix: 'a', logGroupNamePattern: 'b' }),
    refusal('InvalidParameterException'),
  );
  await assert.rejects(
    logs('DescribeLogGroups', { nextToken: 'x' }),
    refusal('InvalidParameterException', /nextToken is invalid/),
  );
});
