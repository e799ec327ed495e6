import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, policyArn, refusal } from '../../../test/support/account-room.ts';

test('tags of a policy', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  await iam('TagPolicy', { PolicyArn: policyArn('p'), Tags: [{ Key: 'a', Value: '1' }] });
  assert.deepEqual((await iam('GetPolicy', { PolicyArn: policyArn('p') })).Policy.Tags, [{ Key: 'a', Value: '1' }]);
  await assert.rejects(
    iam('TagPolicy', { PolicyArn: policyArn('p'), Tags: [{ Key: 'aws:x', Value: '' }] }),
    refusal('InvalidInput'),
  );
});
