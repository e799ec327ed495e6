import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('only days that AWS knows', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('PutRetentionPolicy', { logGroupName: 'g', retentionInDays: 7 });
  assert.equal((await logs('DescribeLogGroups')).logGroups[0].retentionInDays, 7);
  await assert.rejects(
    logs('PutRetentionPolicy', { logGroupName: 'g', retentionInDays: 8 }),
    refusal('InvalidParameterException', /8/),
  );
  await assert.rejects(
    logs('PutRetentionPolicy', { logGroupName: 'no', retentionInDays: 7 }),
    refusal('ResourceNotFoundException', /^The specified log group does not exist\.$/),
  );
});
