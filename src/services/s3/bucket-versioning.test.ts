import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room, textOf } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  for (const Bucket of ['bucket', 'kept', 'paused', 'emptied']) await s3.call('CreateBucket', { Bucket });
});
after(() => s3.close());

const set = (Bucket: string, Status?: string, more: object = {}) =>
  s3.call('PutBucketVersioning', { Bucket, VersioningConfiguration: { Status, ...more } });
const put = async (Bucket: string, Body: string, Key = 'k') => (await s3.call('PutObject', { Bucket, Key, Body })).VersionId;
const get = async (Bucket: string, VersionId?: string, Key = 'k') => {
  const got = await s3.call('GetObject', { Bucket, Key, VersionId });
  return [await textOf(got.Body), got.VersionId];
};
const remove = (Bucket: string, VersionId?: string, Key = 'k') => s3.call('DeleteObject', { Bucket, Key, VersionId });
const list = async (Bucket: string) => {
  const { Versions, DeleteMarkers } = await s3.call('ListObjectVersions', { Bucket });
  return [...Versions, ...DeleteMarkers].map(({ VersionId, IsLatest, Size }) => [VersionId, IsLatest, Size]);
};

test('the state is kept, and never goes back to unset', async () => {
  assert.deepEqual(await s3.call('GetBucketVersioning', { Bucket: 'bucket' }), {});
  for (const Status of ['Enabled', 'Suspended', 'Enabled']) {
    await set('bucket', Status);
    assert.deepEqual(await s3.call('GetBucketVersioning', { Bucket: 'bucket' }), { Status });
  }
  const unset = await refused(set('bucket'), 'IllegalVersioningConfigurationException');
  assert.equal(unset.message, 'The Versioning element must be specified');
  await refused(set('bucket', 'Enabled', { MFADelete: 'Enabled' }), 'NotImplemented');
  await set('bucket', 'Enabled', { MFADelete: 'Disabled' });
});

test('enabled: nothing is lost but what is deleted by its version', async () => {
  await put('kept', 'before');
  await set('kept', 'Enabled');
  assert.deepEqual(await get('kept'), ['before', 'null']);
  const one = await put('kept', 'one');
  const two = await put('kept', 'two');
  assert.match(one, /^[0-9a-f]{32}$/);
  assert.deepEqual(await get('kept'), ['two', two]);
  assert.deepEqual(await get('kept', one), ['one', one]);
  assert.deepEqual(await get('kept', 'null'), ['before', 'null']);
  const marker = await remove('kept');
  assert.deepEqual(marker, { DeleteMarker: true, VersionId: marker.VersionId });
  const gone = await refused(get('kept'), 'NoSuchKey');
  assert.deepEqual(gone.headers, { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.VersionId });
  const named = await refused(get('kept', marker.VersionId), 'MethodNotAllowed');
  assert.deepEqual([named.status, named.headers.allow, named.headers['x-amz-delete-marker']], [405, 'DELETE', 'true']);
  await refused(get('kept', 'f'.repeat(32)), 'NoSuchVersion');
  await refused(get('kept', 'short'), 'InvalidArgument');
  const attributes = { Bucket: 'kept', Key: 'k', ObjectAttributes: ['ETag'], VersionId: marker.VersionId };
  await refused(s3.call('GetObjectAttributes', attributes), 'NoSuchKey');
  assert.deepEqual(await list('kept'), [
    [two, false, 3],
    [one, false, 3],
    ['null', false, 6],
    [marker.VersionId, true, undefined],
  ]);
  assert.equal((await s3.call('ListObjectsV2', { Bucket: 'kept' })).KeyCount, 0);
  assert.deepEqual(await remove('kept', marker.VersionId), { DeleteMarker: true, VersionId: marker.VersionId });
  assert.deepEqual(await get('kept'), ['two', two]);
  assert.deepEqual(await remove('kept', two), { VersionId: two });
  assert.deepEqual(await get('kept'), ['one', one]);
  assert.deepEqual(await remove('kept', two), { VersionId: two });
  assert.deepEqual(
    (await s3.events()).slice(-6).map(({ body }) => [body.eventName, body.versionId]),
    [
      ['ObjectCreated:Put', undefined],
      ['ObjectCreated:Put', one],
      ['ObjectCreated:Put', two],
      ['ObjectRemoved:DeleteMarkerCreated', marker.VersionId],
      ['ObjectRemoved:Delete', marker.VersionId],
      ['ObjectRemoved:Delete', two],
    ],
  );
});

test('suspended: there is one null version at most, and the others stay', async () => {
  await set('paused', 'Enabled');
  const one = await put('paused', 'one');
  await set('paused', 'Suspended');
  assert.equal(await put('paused', 'null 1'), 'null');
  assert.equal(await put('paused', 'null 2'), 'null');
  assert.deepEqual(await get('paused'), ['null 2', 'null']);
  assert.deepEqual(await list('paused'), [
    ['null', true, 6],
    [one, false, 3],
  ]);
  assert.deepEqual(await remove('paused'), { DeleteMarker: true, VersionId: 'null' });
  assert.deepEqual(await remove('paused'), { DeleteMarker: true, VersionId: 'null' });
  assert.deepEqual(await list('paused'), [
    [one, false, 3],
    ['null', true, undefined],
  ]);
  await set('paused', 'Enabled');
  const two = await put('paused', 'two');
  await set('paused', 'Suspended');
  assert.equal(await put('paused', 'null 3'), 'null');
  assert.deepEqual(await list('paused'), [
    ['null', true, 6],
    [two, false, 3],
    [one, false, 3],
  ]);
});

test('tags, copies and attributes are of one version', async () => {
  const key = { Bucket: 'kept', Key: 'tagged' };
  await put('kept', 'old', 'tagged');
  const { VersionId } = await s3.call('PutObject', { ...key, Body: 'middle' });
  const latest = await put('kept', 'new', 'tagged');
  const tagged = await s3.call('PutObjectTagging', { ...key, VersionId, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } });
  assert.deepEqual(tagged, { VersionId });
  assert.deepEqual(await s3.call('GetObjectTagging', { ...key, VersionId }), { TagSet: [{ Key: 'a', Value: 'b' }], VersionId });
  assert.deepEqual(await s3.call('GetObjectTagging', key), { TagSet: [], VersionId: latest });
  assert.equal((await s3.events()).at(-1)!.body.versionId, VersionId);
  assert.deepEqual(await s3.call('DeleteObjectTagging', { ...key, VersionId }), { VersionId });
  const restored = await s3.call('CopyObject', { ...key, CopySource: `kept/tagged?versionId=${VersionId}` });
  assert.equal(restored.CopySourceVersionId, VersionId);
  assert.deepEqual(await get('kept', undefined, 'tagged'), ['middle', restored.VersionId]);
  await refused(s3.call('CopyObject', { ...key, CopySource: `kept/tagged?versionId=${restored.VersionId}` }), 'InvalidRequest');
  const { ObjectSize, VersionId: shown } = await s3.call('GetObjectAttributes', {
    ...key,
    ObjectAttributes: ['ObjectSize'],
    VersionId: latest,
  });
  assert.deepEqual([ObjectSize, shown], [3, latest]);
});

test('a bucket is empty when no version and no marker is left', async () => {
  await set('emptied', 'Enabled');
  const version = await put('emptied', 'x');
  const marker = (await remove('emptied')).VersionId;
  const full = await refused(s3.call('DeleteBucket', { Bucket: 'emptied' }), 'BucketNotEmpty');
  assert.match(full.message, /\. You must delete all versions in the bucket\.$/);
  const deleted = await s3.call('DeleteObjects', {
    Bucket: 'emptied',
    Delete: { Objects: [version, marker].map((VersionId) => ({ Key: 'k', VersionId })) },
  });
  assert.deepEqual(deleted.Deleted, [
    { Key: 'k', VersionId: version },
    { Key: 'k', VersionId: marker, DeleteMarker: true, DeleteMarkerVersionId: marker },
  ]);
  await s3.call('DeleteBucket', { Bucket: 'emptied' });
});
