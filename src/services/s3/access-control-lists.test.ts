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

const ids = { Bucket: 'bucket', Key: 'k' };

test('the owner has full control, alone', async () => {
  for (const acl of [await s3.call('GetObjectAcl', ids), await s3.call('GetBucketAcl', { Bucket: 'bucket' })]) {
    assert.deepEqual([acl.Grants.length, acl.Grants[0].Permission], [1, 'FULL_CONTROL']);
    assert.equal(acl.Grants[0].Grantee.ID, acl.Owner.ID);
    assert.match(acl.Owner.ID, /^[0-9a-f]{64}$/);
  }
  await refused(s3.call('GetObjectAcl', { ...ids, Key: 'none' }), 'NoSuchKey');
});

test('only that may be written back', async () => {
  const AccessControlPolicy = await s3.call('GetBucketAcl', { Bucket: 'bucket' });
  await s3.call('PutBucketAcl', { Bucket: 'bucket', AccessControlPolicy });
  await s3.call('PutBucketAcl', { Bucket: 'bucket', ACL: 'private' });
  await s3.call('PutObjectAcl', { ...ids, ACL: 'bucket-owner-full-control' });
  const Grants = [{ Grantee: { URI: 'http://acs.amazonaws.com/groups/global/AllUsers', Type: 'Group' }, Permission: 'READ' }];
  await refused(s3.call('PutObjectAcl', { ...ids, AccessControlPolicy: { Grants } }), 'AccessControlListNotSupported');
  await refused(s3.call('PutBucketAcl', { Bucket: 'bucket', ACL: 'public-read' }), 'AccessControlListNotSupported');
  await refused(s3.call('PutBucketAcl', { Bucket: 'bucket', GrantRead: 'id=x' }), 'AccessControlListNotSupported');
});
