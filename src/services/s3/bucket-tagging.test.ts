import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

test('tags of buckets', async () => {
  const TagSet = [{ Key: 'team', Value: 'x' }];
  await s3.call('PutBucketTagging', { Bucket: 'bucket', Tagging: { TagSet } });
  assert.deepEqual((await s3.call('GetBucketTagging', { Bucket: 'bucket' })).TagSet, TagSet);
  await s3.call('DeleteBucketTagging', { Bucket: 'bucket' });
  await refused(s3.call('GetBucketTagging', { Bucket: 'bucket' }), 'NoSuchTagSet');
});

test('at most 50, and none that are malformed', async () => {
  const put = (TagSet: object[]) => s3.call('PutBucketTagging', { Bucket: 'bucket', Tagging: { TagSet } });
  await put(Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: '' })));
  await refused(put(Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: '' }))), 'BadRequest');
  await refused(put([{ Key: 'aws:x', Value: '' }]), 'InvalidTag');
});
