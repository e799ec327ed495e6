import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, policyArn, refusal } from '../../../test/support/account-room.ts';

test('numbers grow, at most five are kept', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  const make = async (more = {}) =>
    (await iam('CreatePolicyVersion', { PolicyArn: policyArn('p'), PolicyDocument: allow('s3:*'), ...more })).PolicyVersion;
  assert.deepEqual([(await make()).VersionId, (await make({ SetAsDefault: true })).IsDefaultVersion], ['v2', true]);
  assert.equal((await iam('GetPolicy', { PolicyArn: policyArn('p') })).Policy.DefaultVersionId, 'v3');
  await make();
  await make();
  await assert.rejects(make(), refusal('LimitExceeded', /up to 5 versions/, 409));
});
