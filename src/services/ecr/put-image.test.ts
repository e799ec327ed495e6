import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digestOf, type EcrRoom, imageOf, OCI_MANIFEST, openEcr } from '../../../test/support/ecr-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

const repositoryName = 'put';

test('PutImage puts a manifest whose contents are there under further tags', async () => {
  const { manifest, digest } = await room.push(repositoryName, { tag: 'a' });
  const put = (more: object) => room.call('PutImage', { repositoryName, imageManifest: manifest, ...more });
  const { image } = await put({ imageTag: 'b', imageDigest: digest });
  assert.deepEqual([image.imageId, image.imageManifestMediaType], [{ imageDigest: digest, imageTag: 'b' }, OCI_MANIFEST]);
  await refused(put({ imageTag: 'b' }), 'ImageAlreadyExistsException');
  await refused(put({ imageTag: 'c', imageDigest: digestOf('') }), 'ImageDigestDoesNotMatchException');
  await refused(put({ imageTag: '-' }), 'InvalidParameterException');
  await refused(put({ imageManifest: '{}' }), 'InvalidParameterException');
  await room.call('PutImageTagMutability', { repositoryName, imageTagMutability: 'IMMUTABLE' });
  const other = await room.push(repositoryName, { layers: [Buffer.from('other')] });
  await refused(put({ imageManifest: other.manifest, imageTag: 'b' }), 'ImageTagAlreadyExistsException');
});

test('contents that are missing, or other than the manifest says, are refused; nothing of it is kept', async () => {
  const put = (imageManifest: string, mediaType = OCI_MANIFEST) =>
    room.call('PutImage', { repositoryName, imageManifest, imageManifestMediaType: mediaType });
  const error = await refused(put(imageOf([Buffer.from('missing')]).manifest), 'LayersNotFoundException');
  assert.match(error.message, new RegExp(digestOf('missing')));
  const { manifest, layers, digest } = await room.push(repositoryName, { layers: [Buffer.from('there')] });
  await refused(put(manifest.replace(`"size":${layers[0]!.length}`, '"size":1')), 'InvalidParameterException');
  const entry = { mediaType: OCI_MANIFEST, digest: digestOf('no image'), size: 3 };
  const index = JSON.stringify({ schemaVersion: 2, manifests: [{ ...entry, digest }, entry] });
  await refused(put(index, 'application/vnd.oci.image.index.v1+json'), 'ReferencedImagesNotFoundException');
  assert.deepEqual((await room.call('BatchDeleteImage', { repositoryName, imageIds: [{ imageDigest: digest }] })).failures, []);
});
