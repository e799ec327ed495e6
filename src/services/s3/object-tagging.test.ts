import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
  await s3.call('PutObject', { Bucket: 'bucket', Key: 'k', Body: 'x', Tagging: 'a=1&b%20c=%C3%BC' });
});
after(() => s3.close());

const ids = { Bucket: 'bucket', Key: 'k' };
const put = (...TagSet: object[]) => s3.call('PutObjectTagging', { ...ids, Tagging: { TagSet } });
const tags = async () => (await s3.call('GetObjectTagging', ids)).TagSet;

test('tags of objects are read, replaced and removed, each with its event', async () => {
  assert.deepEqual(await tags(), [
    { Key: 'a', Value: '1' },
    { Key: 'b c', Value: 'ü' },
  ]);
  await put({ Key: 'x', Value: '' });
  assert.deepEqual(await tags(), [{ Key: 'x', Value: '' }]);
  await s3.call('DeleteObjectTagging', ids);
  assert.deepEqual(await tags(), []);
  const names = (await s3.events()).map(({ body }) => body.eventName);
  assert.deepEqual(names.slice(-2), ['ObjectTagging:Put', 'ObjectTagging:Delete']);
  await refused(s3.call('GetObjectTagging', { ...ids, Key: 'none' }), 'NoSuchKey');
});

test('tags that are none', async () => {
  await refused(put({ Key: '', Value: '' }), 'InvalidTag');
  await refused(put({ Key: 'k'.repeat(129), Value: '' }), 'InvalidTag');
  await refused(put({ Key: 'k', Value: 'v'.repeat(257) }), 'InvalidTag');
  await refused(put({ Key: 'k', Value: '<x>' }), 'InvalidTag');
  const twice = await refused(put({ Key: 'k', Value: '1' }, { Key: 'k', Value: '2' }), 'InvalidTag');
  assert.equal(twice.message, 'Cannot provide multiple Tags with the same key');
  await refused(put(...Array.from({ length: 11 }, (_, n) => ({ Key: `k${n}`, Value: '' }))), 'BadRequest');
});

test('tags of buckets', async () => {
  const TagSet = [{ Key: 'team', Value: 'x' }];
  await s3.call('PutBucketTagging', { Bucket: 'bucket', Tagging: { TagSet } });
  assert.deepEqual((await s3.call('GetBucketTagging', { Bucket: 'bucket' })).TagSet, TagSet);
  await s3.call('DeleteBucketTagging', { Bucket: 'bucket' });
  await refused(s3.call('GetBucketTagging', { Bucket: 'bucket' }), 'NoSuchTagSet');
});

test('access control lists, ownership and public access say what holds', async () => {
  const acl = await s3.call('GetObjectAcl', ids);
  assert.deepEqual([acl.Grants.length, acl.Grants[0].Permission, acl.Grants[0].Grantee.ID], [1, 'FULL_CONTROL', acl.Owner.ID]);
  await s3.call('PutBucketAcl', { Bucket: 'bucket', ACL: 'private' });
  await refused(s3.call('PutBucketAcl', { Bucket: 'bucket', ACL: 'public-read' }), 'AccessControlListNotSupported');
  await s3.call('PutObjectAcl', { ...ids, AccessControlPolicy: acl });
  const { OwnershipControls } = await s3.call('GetBucketOwnershipControls', { Bucket: 'bucket' });
  assert.equal(OwnershipControls.Rules[0].ObjectOwnership, 'BucketOwnerEnforced');
  const other = { Rules: [{ ObjectOwnership: 'ObjectWriter' }] };
  await refused(s3.call('PutBucketOwnershipControls', { Bucket: 'bucket', OwnershipControls: other }), 'NotImplemented');
  const block = await s3.call('GetPublicAccessBlock', { Bucket: 'bucket' });
  assert.equal(block.PublicAccessBlockConfiguration.BlockPublicPolicy, true);
  await s3.call('DeletePublicAccessBlock', { Bucket: 'bucket' });
  await refused(s3.call('GetPublicAccessBlock', { Bucket: 'bucket' }), 'NoSuchPublicAccessBlockConfiguration');
});

test('attributes are those asked for', async () => {
  const attributes = await s3.call('GetObjectAttributes', { ...ids, ObjectAttributes: ['ETag', 'ObjectSize', 'Checksum'] });
  assert.deepEqual([attributes.ETag, attributes.ObjectSize], ['9dd4e461268c8034f5c8564e155c67a6', 1]);
  assert.equal(attributes.Checksum.ChecksumType, 'FULL_OBJECT');
  assert.equal('StorageClass' in attributes, false);
  await refused(s3.call('GetObjectAttributes', { ...ids, ObjectAttributes: ['Colour'] }), 'InvalidArgument');
});
