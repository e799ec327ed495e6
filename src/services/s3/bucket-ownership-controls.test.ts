import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

const put = (ObjectOwnership: string) =>
  s3.call('PutBucketOwnershipControls', { Bucket: 'bucket', OwnershipControls: { Rules: [{ ObjectOwnership }] } });
const get = () => s3.call('GetBucketOwnershipControls', { Bucket: 'bucket' });

test('a bucket belongs to its owner alone, and nothing else can be wished', async () => {
  assert.deepEqual(await get(), { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } });
  await refused(put('ObjectWriter'), 'NotImplemented');
  await refused(put('BucketOwnerPreferred'), 'NotImplemented');
  await refused(s3.call('PutBucketOwnershipControls', { Bucket: 'bucket', OwnershipControls: { Rules: [] } }), 'MalformedXML');
  await s3.call('DeleteBucketOwnershipControls', { Bucket: 'bucket' });
  await refused(get(), 'OwnershipControlsNotFoundError');
  await put('BucketOwnerEnforced');
  assert.equal((await get()).OwnershipControls.Rules.length, 1);
});
