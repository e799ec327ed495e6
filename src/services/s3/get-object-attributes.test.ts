import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

const ids = { Bucket: 'bucket', Key: 'k' };
let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
  await s3.call('PutObject', { ...ids, Body: 'x' });
});
after(() => s3.close());

test('attributes are those asked for', async () => {
  const attributes = await s3.call('GetObjectAttributes', { ...ids, ObjectAttributes: ['ETag', 'ObjectSize', 'Checksum'] });
  assert.deepEqual([attributes.ETag, attributes.ObjectSize], ['9dd4e461268c8034f5c8564e155c67a6', 1]);
  assert.equal(attributes.Checksum.ChecksumType, 'FULL_OBJECT');
  assert.equal('StorageClass' in attributes, false);
  await refused(s3.call('GetObjectAttributes', { ...ids, ObjectAttributes: ['Colour'] }), 'InvalidArgument');
});

test('parts are told one by one where the checksum is made of theirs', async () => {
  const begun = await s3.call('CreateMultipartUpload', { Bucket: 'bucket', Key: 'mp', ChecksumAlgorithm: 'SHA256' });
  const upload = { Bucket: 'bucket', Key: 'mp', UploadId: begun.UploadId };
  const part = await s3.call('UploadPart', { ...upload, PartNumber: 3, Body: 'x' });
  const Parts = [{ PartNumber: 3, ...part }];
  await s3.call('CompleteMultipartUpload', { ...upload, MultipartUpload: { Parts } });
  const { ObjectParts } = await s3.call('GetObjectAttributes', { ...upload, ObjectAttributes: ['ObjectParts'] });
  assert.equal(ObjectParts.TotalPartsCount, 1);
  assert.deepEqual(ObjectParts.Parts, [{ PartNumber: 3, Size: 1, ChecksumSHA256: part.ChecksumSHA256 }]);
});
