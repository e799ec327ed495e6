import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

const repositoryName = 'less';
const remove = (...imageIds: object[]) => room.call('BatchDeleteImage', { repositoryName, imageIds });

test('a tag goes, and the image with its last one; a digest takes all its tags', async () => {
  const image = await room.push(repositoryName, { tag: 'a' });
  await room.push(repositoryName, { tag: 'b' });
  const id = (imageTag: string) => ({ imageDigest: image.digest, imageTag });
  assert.deepEqual((await remove({ imageTag: 'a' })).imageIds, [id('a')]);
  assert.equal((await room.call('DescribeImages', { repositoryName })).imageDetails.length, 1);
  assert.deepEqual((await remove({ imageTag: 'b' })).imageIds, [id('b')]);
  assert.deepEqual((await room.call('DescribeImages', { repositoryName })).imageDetails, []);
  await room.push(repositoryName, { tag: 'a' });
  await room.push(repositoryName, { tag: 'b' });
  assert.deepEqual((await remove({ imageDigest: image.digest })).imageIds, [id('a'), id('b')]);
  const { failures } = await remove({ imageDigest: image.digest });
  assert.equal(failures[0].failureCode, 'ImageNotFound');
});

test('what an index names stays until the index goes', async () => {
  const image = await room.push(repositoryName, { layers: [Buffer.from('child')] });
  const entry = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: image.digest, size: image.manifest.length };
  const imageManifest = JSON.stringify({ schemaVersion: 2, manifests: [entry] });
  const imageManifestMediaType = 'application/vnd.oci.image.index.v1+json';
  const put = await room.call('PutImage', { repositoryName, imageManifest, imageManifestMediaType, imageTag: 'all' });
  const refusedOne = await remove({ imageDigest: image.digest });
  assert.equal(refusedOne.failures[0].failureCode, 'ImageReferencedByManifestList');
  await remove({ imageDigest: put.image.imageId.imageDigest });
  assert.deepEqual((await remove({ imageDigest: image.digest })).failures, []);
});

test('a repository that is not there', async () => {
  const call = room.call('BatchDeleteImage', { repositoryName: 'none', imageIds: [{ imageTag: 'a' }] });
  await refused(call, 'RepositoryNotFoundException');
});
