import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, policyArn, refusal } from '../../../test/support/account-room.ts';

test('the document of one version, encoded', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  const { PolicyVersion } = await iam('GetPolicyVersion', { PolicyArn: policyArn('p'), VersionId: 'v1' });
  assert.equal(decodeURIComponent(PolicyVersion.Document), allow('s3:GetObject'));
  assert.equal(
    (await iam('GetPolicyVersion', { PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess', VersionId: 'v1' })).PolicyVersion
      .IsDefaultVersion,
    true,
  );
  await assert.rejects(
    iam('GetPolicyVersion', { PolicyArn: policyArn('p'), VersionId: 'v9' }),
    refusal('NoSuchEntity', /version v9/),
  );
});
