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

test('DeleteObject is content with what is not there, unless it has a condition', async () => {
  const before = (await s3.events()).length;
  assert.deepEqual(await s3.call('DeleteObject', { Bucket: 'bucket', Key: 'nothing' }), {});
  assert.equal((await s3.events()).length, before);
  await refused(s3.call('DeleteObject', { Bucket: 'bucket', Key: 'nothing', IfMatch: '"x"' }), 'NoSuchKey');
  await refused(s3.call('DeleteObject', { Bucket: 'bucket', Key: 'k', IfMatch: '"x"' }), 'PreconditionFailed');
  await s3.call('DeleteObject', { Bucket: 'bucket', Key: 'k' });
  await refused(s3.call('GetObject', { Bucket: 'bucket', Key: 'k' }), 'NoSuchKey');
});

test('without versioning the only version is null; one that is not there is as good as deleted', async () => {
  const remove = (VersionId: string) => s3.call('DeleteObject', { Bucket: 'bucket', Key: 'v', VersionId });
  await s3.call('PutObject', { Bucket: 'bucket', Key: 'v', Body: '' });
  await refused(remove('x'), 'InvalidArgument');
  assert.deepEqual(await remove('a'.repeat(32)), {});
  assert.deepEqual(await remove('null'), {});
  await refused(s3.call('GetObject', { Bucket: 'bucket', Key: 'v' }), 'NoSuchKey');
});
