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
  await s3.call('PutObject', { Bucket: 'bucket', Key: 'k', Body: '0123456789' });
});
after(() => s3.close());

const copy = (more: object = {}) => s3.call('UploadPartCopy', { ...ids, PartNumber: 1, CopySource: 'bucket/k', ...more });

test('takes all of an object, or a range with both ends', async () => {
  const whole = await copy();
  assert.equal(whole.CopyPartResult.ETag, (await s3.call('HeadObject', { Bucket: 'bucket', Key: 'k' })).ETag);
  await copy({ CopySourceRange: 'bytes=2-4' });
  const { Parts } = await s3.call('ListParts', ids);
  assert.equal(Parts[0].Size, 3);
  for (const CopySourceRange of ['bytes=2-', 'bytes=-2', 'bytes=4-2', 'bytes=0-10', 'x'])
    await refused(copy({ CopySourceRange }), 'InvalidArgument');
});

test('conditions of the source, and sources that are none', async () => {
  await refused(copy({ CopySourceIfMatch: '"x"' }), 'PreconditionFailed');
  await refused(copy({ CopySource: 'bucket/none' }), 'NoSuchKey');
  await refused(copy({ UploadId: 'nonsense' }), 'NoSuchUpload');
  await refused(copy({ PartNumber: 0 }), 'InvalidArgument');
});
