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
