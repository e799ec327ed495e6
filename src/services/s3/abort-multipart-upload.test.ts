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

test('parts and upload go, once', async () => {
  await s3.call('UploadPart', { ...ids, PartNumber: 1, Body: 'x' });
  assert.deepEqual(await s3.call('AbortMultipartUpload', ids), {});
  const gone = await refused(s3.call('AbortMultipartUpload', ids), 'NoSuchUpload');
  assert.deepEqual([gone.status, gone.fields.UploadId], [404, ids.UploadId]);
  await refused(s3.call('UploadPart', { ...ids, PartNumber: 2, Body: 'x' }), 'NoSuchUpload');
  assert.deepEqual((await s3.call('ListMultipartUploads', { Bucket: 'bucket' })).Uploads, []);
  await refused(s3.call('AbortMultipartUpload', { ...ids, Key: 'another' }), 'NoSuchUpload');
});
