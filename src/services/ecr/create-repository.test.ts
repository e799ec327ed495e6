import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

test('CreateRepository makes a repository, once', async () => {
  const { repository } = await room.call('CreateRepository', { repositoryName: 'team/app', tags: [{ Key: 'k', Value: 'v' }] });
  assert.deepEqual(repository, {
    repositoryArn: `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/team/app`,
    registryId: ACCOUNT,
    repositoryName: 'team/app',
    repositoryUri: '127.0.0.1:4566/team/app',
    createdAt: new Date(room.clock.now()),
    imageTagMutability: 'MUTABLE',
    imageScanningConfiguration: { scanOnPush: false },
    encryptionConfiguration: { encryptionType: 'AES256' },
  });
  const error = await refused(room.call('CreateRepository', { repositoryName: 'team/app' }), 'RepositoryAlreadyExistsException');
  assert.equal(error.message, `The repository with name 'team/app' already exists in the registry with id '${ACCOUNT}'`);
});

test('defaults may be written, what would not be enforced is refused by name', async () => {
  const repositoryName = 'defaults';
  const plain = { imageScanningConfiguration: { scanOnPush: false }, encryptionConfiguration: { encryptionType: 'AES256' } };
  await room.call('CreateRepository', { repositoryName, ...plain });
  for (const [setting, name] of [
    [{ imageScanningConfiguration: { scanOnPush: true } }, /scanOnPush/],
    [{ encryptionConfiguration: { encryptionType: 'KMS' } }, /KMS/],
  ] as const) {
    const error = await refused(room.call('CreateRepository', { repositoryName: 'other', ...setting }), 'NotImplemented');
    assert.match(error.message, name);
  }
});

test('tags are checked', async () => {
  const make = (tags: object[]) => room.call('CreateRepository', { repositoryName: 'tagged', tags });
  await refused(make([{ Key: 'aws:x', Value: '' }]), 'InvalidTagParameterException');
  const same = { Key: 'a', Value: '' };
  await refused(make([same, same]), 'InvalidTagParameterException');
  await refused(make(Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: '' }))), 'TooManyTagsException');
});
