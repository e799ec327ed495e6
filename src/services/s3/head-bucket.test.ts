import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { OTHER, openS3, refused, rootOf, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

test('tells region and ARN', async () => {
  assert.deepEqual(await s3.call('HeadBucket', { Bucket: 'bucket' }), {
    BucketRegion: 'us-east-1',
    BucketArn: 'arn:aws:s3:::bucket',
    AccessPointAlias: false,
  });
  assert.equal((await refused(s3.call('HeadBucket', { Bucket: 'missing' }), 'NoSuchBucket')).status, 404);
  const denied = await refused(s3.call('HeadBucket', { Bucket: 'bucket' }, { principal: rootOf(OTHER) }), 'AccessDenied');
  assert.equal(denied.status, 403);
});
