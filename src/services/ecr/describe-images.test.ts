import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EcrRoom, OCI_MANIFEST, openEcr } from '../../../test/support/ecr-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

test('DescribeImages tells what was pushed', async () => {
  const repositoryName = 'told';
  const image = await room.push(repositoryName, { tag: 'a' });
  const plain = await room.push(repositoryName, { layers: [Buffer.from('2')] });
  const detail = {
    registryId: ACCOUNT,
    repositoryName,
    imageDigest: image.digest,
    imageTags: ['a'],
    imageSizeInBytes: image.config.length + 5,
    imagePushedAt: new Date(room.clock.now()),
    imageManifestMediaType: OCI_MANIFEST,
    artifactMediaType: 'application/vnd.oci.image.config.v1+json',
  };
  const byTag = await room.call('DescribeImages', {
    repositoryName,
    imageIds: [{ imageTag: 'a' }, { imageDigest: image.digest }],
  });
  assert.deepEqual(byTag.imageDetails, [detail]);
  assert.equal((await room.call('DescribeImages', { repositoryName })).imageDetails.length, 2);
  const untagged = await room.call('DescribeImages', { repositoryName, filter: { tagStatus: 'UNTAGGED' } });
  assert.deepEqual(
    untagged.imageDetails.map((one: { imageDigest: string }) => one.imageDigest),
    [plain.digest],
  );
  const error = await refused(
    room.call('DescribeImages', { repositoryName, imageIds: [{ imageTag: 'x' }] }),
    'ImageNotFoundException',
  );
  assert.match(error.message, /\{imageDigest:'null', imageTag:'x'\}/);
});
