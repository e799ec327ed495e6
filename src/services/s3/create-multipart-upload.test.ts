import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

const create = (more: object = {}) => s3.call('CreateMultipartUpload', { Bucket: 'bucket', Key: 'k', ...more });

test('says what was chosen, and what checksum types go with it', async () => {
  const plain = await create();
  assert.deepEqual([plain.Bucket, plain.Key, 'ChecksumAlgorithm' in plain], ['bucket', 'k', false]);
  const types = { CRC32: 'COMPOSITE', CRC32C: 'COMPOSITE', SHA1: 'COMPOSITE', SHA256: 'COMPOSITE', CRC64NVME: 'FULL_OBJECT' };
  for (const [ChecksumAlgorithm, type] of Object.entries(types))
    assert.equal((await create({ ChecksumAlgorithm })).ChecksumType, type);
  const sha = await refused(create({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }), 'InvalidRequest');
  assert.equal(sha.message, 'The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.');
  const crc = await refused(create({ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }), 'InvalidRequest');
  assert.equal(crc.message, 'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.');
  await refused(create({ ChecksumAlgorithm: 'MD5' }), 'InvalidRequest');
  await refused(create({ ChecksumType: 'COMPOSITE' }), 'InvalidRequest');
});

test('ids of one key sort by time; nothing is created before the end', async () => {
  const first = await create({ Key: 'order' });
  await new Promise((resolve) => setTimeout(resolve, 2));
  const second = await create({ Key: 'order' });
  assert.ok(first.UploadId < second.UploadId);
  await refused(s3.call('GetObject', { Bucket: 'bucket', Key: 'order' }), 'NoSuchKey');
  await refused(create({ StorageClass: 'GLACIER' }), 'NotImplemented');
  await refused(create({ Bucket: 'missing' }), 'NoSuchBucket');
});
