import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, allow, policyArn } from '../../../test/support/account-room.ts';

test('own tags; policies of AWS have none', async (t) => {
  const { iam } = await accountRoom(t);
  await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow('s3:GetObject') });
  await iam('TagPolicy', {
    PolicyArn: policyArn('p'),
    Tags: [
      { Key: 'b', Value: '2' },
      { Key: 'a', Value: '1' },
    ],
  });
  assert.deepEqual(
    (await iam('ListPolicyTags', { PolicyArn: policyArn('p') })).Tags.map((tag: { Key: string }) => tag.Key),
    ['a', 'b'],
  );
  assert.deepEqual((await iam('ListPolicyTags', { PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' })).Tags, []);
});
