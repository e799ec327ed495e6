import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, policyArn } from '../../../test/support/account-room.ts';

test('named tags go', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  await iam('TagPolicy', { PolicyArn: policyArn('p'), Tags: [{ Key: 'a', Value: '1' }] });
  await iam('UntagPolicy', { PolicyArn: policyArn('p'), TagKeys: ['a'] });
  assert.deepEqual((await iam('ListPolicyTags', { PolicyArn: policyArn('p') })).Tags, []);
});
