import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EcrRoom, OCI_MANIFEST, openEcr } from '../../../test/support/ecr-room.ts';
import { ACCOUNT } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

test('BatchGetImage gives manifests as they were pushed, and tells what is not there', async () => {
  const repositoryName = 'got';
  const image = await room.push(repositoryName, { tag: 'a' });
  const answer = await room.call('BatchGetImage', { repositoryName, imageIds: [{ imageTag: 'a' }, { imageTag: 'x' }] });
  assert.deepEqual(answer.images, [
    {
      registryId: ACCOUNT,
      repositoryName,
      imageId: { imageTag: 'a', imageDigest: image.digest },
      imageManifest: image.manifest,
      imageManifestMediaType: OCI_MANIFEST,
    },
  ]);
  assert.deepEqual(answer.failures, [
    { imageId: { imageTag: 'x' }, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' },
  ]);
});
