import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
  await s3.call('PutObject', { Bucket: 'bucket', Key: 'k', Body: '0123456789' });
});
after(() => s3.close());

const head = (more: object = {}) => s3.call('HeadObject', { Bucket: 'bucket', Key: 'k', ...more });

test('is GetObject without the body', async () => {
  const { Body: _, ...got } = await s3.call('GetObject', { Bucket: 'bucket', Key: 'k' });
  assert.deepEqual(await head(), got);
  const range = await head({ Range: 'bytes=2-3' });
  assert.deepEqual([range.ContentLength, range.ContentRange], [2, 'bytes 2-3/10']);
  assert.equal((await refused(head({ IfNoneMatch: got.ETag }), 'NotModified')).status, 304);
  assert.equal((await refused(head({ Key: 'none' }), 'NoSuchKey')).status, 404);
});
