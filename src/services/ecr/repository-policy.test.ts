import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { ACCOUNT, OTHER, refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

const statement = { Effect: 'Allow', Principal: { AWS: OTHER }, Action: 'ecr:BatchGetImage' };
const policyText = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
const repositoryName = 'shared';

test('a policy is set, read, asked about and deleted', async () => {
  await room.call('CreateRepository', { repositoryName });
  await refused(room.call('GetRepositoryPolicy', { repositoryName }), 'RepositoryPolicyNotFoundException');
  const set = { registryId: ACCOUNT, repositoryName, policyText };
  assert.deepEqual(await room.call('SetRepositoryPolicy', { repositoryName, policyText }), set);
  assert.deepEqual(await room.call('GetRepositoryPolicy', { repositoryName }), set);
  assert.deepEqual(await room.call('DeleteRepositoryPolicy', { repositoryName }), set);
  await refused(room.call('DeleteRepositoryPolicy', { repositoryName }), 'RepositoryPolicyNotFoundException');
});

test('what is no policy is refused', async () => {
  for (const text of ['', '[]', '{"Statement":[1]}', JSON.stringify({ Statement: [{ ...statement, Effect: 'Maybe' }] })])
    await refused(room.call('SetRepositoryPolicy', { repositoryName, policyText: text }), 'InvalidParameterException');
});
