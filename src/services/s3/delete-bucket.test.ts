import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { OTHER, openS3, refused, rootOf, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
  await s3.call('PutObject', { Bucket: 'bucket', Key: 'k', Body: '0123456789' });
});
after(() => s3.close());

test('a bucket goes when it is empty, with all that hung on it', async () => {
  const full = await refused(s3.call('DeleteBucket', { Bucket: 'bucket' }), 'BucketNotEmpty');
  assert.equal(full.status, 409);
  await s3.call('DeleteObject', { Bucket: 'bucket', Key: 'k' });
  await s3.call('CreateMultipartUpload', { Bucket: 'bucket', Key: 'unfinished' });
  await refused(s3.call('DeleteBucket', { Bucket: 'bucket' }, { principal: rootOf(OTHER) }), 'AccessDenied');
  await s3.call('DeleteBucket', { Bucket: 'bucket' });
  await s3.call('CreateBucket', { Bucket: 'bucket' });
  assert.deepEqual((await s3.call('ListMultipartUploads', { Bucket: 'bucket' })).Uploads, []);
});
