import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

test('ListImages has a line for each tag, and one for an image without', async () => {
  const repositoryName = 'listed';
  const one = await room.push(repositoryName, { tag: 'a' });
  await room.push(repositoryName, { tag: 'b' });
  const two = await room.push(repositoryName, { layers: [Buffer.from('2')] });
  const ids = async (tagStatus?: string) => {
    const { imageIds } = await room.call('ListImages', { repositoryName, ...(tagStatus ? { filter: { tagStatus } } : {}) });
    return imageIds.map((id: { imageTag?: string; imageDigest: string }) => `${id.imageTag ?? ''}@${id.imageDigest}`).sort();
  };
  assert.deepEqual(await ids(), [`@${two.digest}`, `a@${one.digest}`, `b@${one.digest}`]);
  assert.deepEqual(await ids('TAGGED'), [`a@${one.digest}`, `b@${one.digest}`]);
  assert.deepEqual(await ids('UNTAGGED'), [`@${two.digest}`]);
  const page = await room.call('ListImages', { repositoryName, maxResults: 1 });
  const next = await room.call('ListImages', { repositoryName, maxResults: 1, nextToken: page.nextToken });
  assert.deepEqual([page.imageIds.length + next.imageIds.length, next.nextToken], [3, undefined]);
  await refused(room.call('ListImages', { repositoryName: 'none' }), 'RepositoryNotFoundException');
});
