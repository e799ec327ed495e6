import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
let ids: { Bucket: string; Key: string; UploadId: string };
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
  const { UploadId } = await s3.call('CreateMultipartUpload', { Bucket: 'bucket', Key: 'mp' });
  ids = { Bucket: 'bucket', Key: 'mp', UploadId };
});
after(() => s3.close());

const part = (PartNumber: number, Body: string, more: object = {}) =>
  s3.call('UploadPart', { ...ids, PartNumber, Body, ...more });

test('the last one of a number counts', async () => {
  await part(1, 'first');
  const second = await part(1, 'second');
  const { Parts } = await s3.call('ListParts', ids);
  assert.deepEqual([Parts.length, Parts[0].ETag, Parts[0].Size], [1, second.ETag, 6]);
});

test('numbers, digests and algorithms are checked', async () => {
  for (const number of [0, 10_001, 1.5]) await refused(part(number, 'x'), 'InvalidArgument');
  await part(10_000, 'x');
  await refused(part(2, 'x', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }), 'BadDigest');
  await refused(part(2, 'x', { ChecksumCRC32: 'AAAAAA==' }), 'BadDigest');
  const sha = await s3.call('CreateMultipartUpload', { Bucket: 'bucket', Key: 'sha', ChecksumAlgorithm: 'SHA256' });
  const wrong = s3.call('UploadPart', {
    Bucket: 'bucket',
    Key: 'sha',
    UploadId: sha.UploadId,
    PartNumber: 1,
    Body: '',
    ChecksumCRC32: 'AAAAAA==',
  });
  const mismatch = await refused(wrong, 'InvalidRequest');
  assert.equal(mismatch.message, 'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32');
  await refused(part(1, 'x', { UploadId: 'nonsense' }), 'NoSuchUpload');
});
