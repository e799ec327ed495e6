import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, allow, refusal } from '../../../test/support/account-room.ts';

test('a policy has id, ARN and a first version', async (t) => {
  const { iam } = await accountRoom(t);
  const { Policy } = await iam('CreatePolicy', { PolicyName: 'p', Path: '/x/', PolicyDocument: allow('s3:*') });
  assert.match(Policy.PolicyId, /^ANPA[A-Z2-7]{17}$/);
  assert.deepEqual(
    [Policy.Arn, Policy.DefaultVersionId, Policy.AttachmentCount],
    [`arn:aws:iam::${ACCOUNT}:policy/x/p`, 'v1', 0],
  );
  await assert.rejects(
    iam('CreatePolicy', { PolicyName: 'P', PolicyDocument: allow('s3:*') }),
    refusal('EntityAlreadyExists', /./, 409),
  );
  await assert.rejects(
    iam('CreatePolicy', { PolicyName: 'q', PolicyDocument: allow(Array(700).fill('s3:GetObject')) }),
    refusal('LimitExceeded', /PolicySize: 6144/),
  );
  await assert.rejects(
    iam('CreatePolicy', { PolicyName: 'q', PolicyDocument: allow('nothing') }),
    refusal('MalformedPolicyDocument', /prefaced by a vendor/),
  );
});
