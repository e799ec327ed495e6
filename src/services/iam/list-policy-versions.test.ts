import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, policyArn } from '../../../test/support/account-room.ts';

test('newest first', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  await iam('CreatePolicyVersion', { PolicyArn: policyArn('p'), PolicyDocument: allow('s3:*') });
  const { Versions } = await iam('ListPolicyVersions', { PolicyArn: policyArn('p') });
  assert.deepEqual(
    Versions.map((v: { VersionId: string; IsDefaultVersion: boolean }) => [v.VersionId, v.IsDefaultVersion]),
    [
      ['v2', false],
      ['v1', true],
    ],
  );
});
