import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom } from '../../../test/support/account-room.ts';

test('kept for ever again', async (t) => {
  const { logs } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  await logs('PutRetentionPolicy', { logGroupName: 'g', retentionInDays: 7 });
  await logs('DeleteRetentionPolicy', { logGroupName: 'g' });
  assert.equal('retentionInDays' in (await logs('DescribeLogGroups')).logGroups[0], false);
});
