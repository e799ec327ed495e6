import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
  for (const Key of ['a', 'b/1', 'b/2', 'c']) await s3.call('PutObject', { Bucket: 'bucket', Key, Body: '' });
});
after(() => s3.close());

const list = (more: object = {}) => s3.call('ListObjectVersions', { Bucket: 'bucket', ...more });

test('each object is its own latest version, null', async () => {
  const page = await list({ MaxKeys: 1 });
  assert.deepEqual([page.Versions[0].VersionId, page.Versions[0].IsLatest, page.NextKeyMarker], ['null', true, 'a']);
  const rest = await list({ KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker, Delimiter: '/' });
  assert.deepEqual(
    rest.Versions.map((one: { Key: string }) => one.Key),
    ['c'],
  );
  assert.deepEqual(rest.CommonPrefixes, [{ Prefix: 'b/' }]);
  await refused(list({ VersionIdMarker: 'null' }), 'InvalidArgument');
});
