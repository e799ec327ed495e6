import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, rootOf, type S3Room, textOf } from '../../../test/support/s3-room.ts';

let s3: S3Room;
let modified: Date;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
  await s3.call('PutObject', { Bucket: 'bucket', Key: 'k', Body: '0123456789', ContentEncoding: 'gzip,aws-chunked' });
  await s3.call('PutObject', { Bucket: 'bucket', Key: 'empty', Body: '' });
  modified = (await s3.call('HeadObject', { Bucket: 'bucket', Key: 'k' })).LastModified;
});
after(() => s3.close());

const get = (more: object = {}, context: object = {}) => s3.call('GetObject', { Bucket: 'bucket', Key: 'k', ...more }, context);
const ETAG = '"781e5e245d69b566979b86e28d23f2c7"';

test('headers that every object has', async () => {
  const { Body, ...headers } = await get();
  assert.equal(await textOf(Body), '0123456789');
  assert.equal(headers.ETag, ETAG);
  assert.equal(headers.ContentType, 'binary/octet-stream');
  assert.equal(headers.ContentEncoding, 'gzip');
  assert.equal(headers.AcceptRanges, 'bytes');
  assert.equal(headers.ServerSideEncryption, 'AES256');
  assert.equal(headers.LastModified.getMilliseconds(), 0);
  assert.equal(headers.ChecksumCRC64NVME, undefined);
  assert.match((await get({ ChecksumMode: 'ENABLED' })).ChecksumCRC64NVME, /=$/);
});

test('ranges', async () => {
  const cases: [string, string, string][] = [
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=8-', '89', 'bytes 8-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=5-500', '56789', 'bytes 5-9/10'],
    ['bytes=-500', '0123456789', 'bytes 0-9/10'],
  ];
  for (const [Range, text, ContentRange] of cases) {
    const part = await get({ Range });
    assert.deepEqual([await textOf(part.Body), part.ContentRange, part.ContentLength], [text, ContentRange, text.length]);
  }
  for (const Range of ['bytes=5-2', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=-', 'x'])
    assert.equal((await get({ Range })).ContentRange, undefined, Range);
  const beyond = await refused(get({ Range: 'bytes=10-' }), 'InvalidRange');
  assert.deepEqual([beyond.status, beyond.fields], [416, { ActualObjectSize: 10, RangeRequested: 'bytes=10-' }]);
  await refused(get({ Key: 'empty', Range: 'bytes=0-' }), 'InvalidRange');
  await refused(get({ Range: 'bytes=0-1', PartNumber: 1 }), 'InvalidRequest');
});

test('conditions', async () => {
  const earlier = new Date(modified.getTime() - 1000);
  await get({ IfMatch: ETAG });
  await get({ IfMatch: ETAG, IfUnmodifiedSince: earlier });
  await get({ IfNoneMatch: '"x"', IfModifiedSince: modified });
  assert.equal((await refused(get({ IfMatch: '"x"' }), 'PreconditionFailed')).fields.Condition, 'If-Match');
  await refused(get({ IfUnmodifiedSince: earlier }), 'PreconditionFailed');
  const same = await refused(get({ IfNoneMatch: ETAG }), 'NotModified');
  assert.deepEqual([same.status, same.headers.etag], [304, ETAG]);
  await refused(get({ IfModifiedSince: modified }), 'NotModified');
  await get({ IfModifiedSince: earlier });
});

test('overrides of response headers, for those who signed', async () => {
  assert.equal((await get({ ResponseContentType: 'text/x' })).ContentType, 'text/x');
  const anonymous = { principal: { ...rootOf('000000000000'), kind: 'anonymous' } };
  await refused(get({ ResponseContentType: 'text/x' }, anonymous), 'InvalidRequest');
});

test('what is not there', async () => {
  assert.deepEqual((await refused(get({ Key: 'nokey' }), 'NoSuchKey')).fields, { Key: 'nokey' });
  assert.deepEqual((await refused(get({ Bucket: 'nobucket' }), 'NoSuchBucket')).fields, { BucketName: 'nobucket' });
  await refused(get({ VersionId: 'x' }), 'InvalidArgument');
  await refused(get({ VersionId: 'a'.repeat(32) }), 'NoSuchVersion');
  await get({ VersionId: 'null' });
  await refused(get({ SSECustomerKey: 'k' }), 'NotImplemented');
});
