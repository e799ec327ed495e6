import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, policyArn, refusal } from '../../../test/support/account-room.ts';

test('the default version stays', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  await assert.rejects(
    iam('DeletePolicyVersion', { PolicyArn: policyArn('p'), VersionId: 'v1' }),
    refusal('DeleteConflict', /default version/),
  );
  await assert.rejects(iam('DeletePolicyVersion', { PolicyArn: policyArn('p'), VersionId: 'v7' }), refusal('NoSuchEntity'));
});
