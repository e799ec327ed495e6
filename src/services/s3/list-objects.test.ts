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

const list = (more: object = {}) => s3.call('ListObjects', { Bucket: 'bucket', ...more });

test('pages by marker, which is given only with a delimiter', async () => {
  const plain = await list({ MaxKeys: 2 });
  assert.deepEqual([plain.IsTruncated, 'NextMarker' in plain, plain.Contents.length], [true, false, 2]);
  assert.ok(plain.Contents[0].Owner.ID);
  const grouped = await list({ MaxKeys: 2, Delimiter: '/' });
  assert.equal(grouped.NextMarker, 'b/');
  const rest = await list({ Marker: 'b/', Delimiter: '/' });
  assert.deepEqual(
    rest.Contents.map((one: { Key: string }) => one.Key),
    ['c'],
  );
  assert.deepEqual(rest.CommonPrefixes, []);
  await refused(s3.call('ListObjects', { Bucket: 'missing' }), 'NoSuchBucket');
});
