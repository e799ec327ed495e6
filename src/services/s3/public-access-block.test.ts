import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

const get = () => s3.call('GetPublicAccessBlock', { Bucket: 'bucket' });
const all = (value: boolean) => ({
  BlockPublicAcls: value,
  IgnorePublicAcls: value,
  BlockPublicPolicy: value,
  RestrictPublicBuckets: value,
});

test('new buckets are closed; what is put is read back; deleting it is "not configured"', async () => {
  assert.deepEqual(await get(), { PublicAccessBlockConfiguration: all(true) });
  const given = { BlockPublicAcls: true };
  await s3.call('PutPublicAccessBlock', { Bucket: 'bucket', PublicAccessBlockConfiguration: given });
  assert.deepEqual(await get(), { PublicAccessBlockConfiguration: { ...all(false), ...given } });
  await s3.call('DeletePublicAccessBlock', { Bucket: 'bucket' });
  assert.equal((await refused(get(), 'NoSuchPublicAccessBlockConfiguration')).status, 404);
  await refused(s3.call('PutPublicAccessBlock', { Bucket: 'bucket' }), 'MalformedXML');
});
