import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room, textOf } from '../../../test/support/s3-room.ts';
import { checksumOf } from '../../kernel/index.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  for (const Bucket of ['from', 'into']) await s3.call('CreateBucket', { Bucket });
  const Metadata = { a: '1' };
  await s3.call('PutObject', { Bucket: 'from', Key: 'ü b+', Body: 'text', ContentType: 'text/x', Metadata, Tagging: 't=1' });
});
after(() => s3.close());

const SOURCE = 'from/%C3%BC%20b%2B';
const copy = (Key: string, more: object = {}) => s3.call('CopyObject', { Bucket: 'into', Key, CopySource: SOURCE, ...more });
const get = (Key: string) => s3.call('GetObject', { Bucket: 'into', Key, ChecksumMode: 'ENABLED' });

test('takes content, description and tags along, and says so in an event', async () => {
  const { CopyObjectResult } = await copy('one');
  const got = await get('one');
  assert.equal(await textOf(got.Body), 'text');
  assert.deepEqual([got.ETag, got.ContentType, got.Metadata, got.TagCount], [CopyObjectResult.ETag, 'text/x', { a: '1' }, 1]);
  const { body } = (await s3.events()).at(-1)!;
  assert.deepEqual([body.eventName, body.bucket, body.size], ['ObjectCreated:Copy', 'into', 4]);
});

test('the copy outlives its source, and the source its copy', async () => {
  await s3.call('PutObject', { Bucket: 'from', Key: 'gone', Body: 'kept' });
  await copy('kept', { CopySource: '/from/gone' });
  await s3.call('DeleteObject', { Bucket: 'from', Key: 'gone' });
  assert.equal(await textOf((await get('kept')).Body), 'kept');
});

test('directives replace', async () => {
  await copy('two', { MetadataDirective: 'REPLACE', ContentType: 'text/y', TaggingDirective: 'REPLACE', Tagging: 'x=1&y=2' });
  const got = await get('two');
  assert.deepEqual([got.ContentType, got.Metadata, got.TagCount], ['text/y', {}, 2]);
  await refused(s3.call('CopyObject', { Bucket: 'into', Key: 'two', CopySource: 'into/two' }), 'InvalidRequest');
  await s3.call('CopyObject', { Bucket: 'into', Key: 'two', CopySource: 'into/two', MetadataDirective: 'REPLACE' });
  assert.equal(await textOf((await get('two')).Body), 'text');
});

test('another checksum is computed', async () => {
  await copy('sum', { ChecksumAlgorithm: 'SHA256' });
  assert.equal((await get('sum')).ChecksumSHA256, checksumOf('SHA256', Buffer.from('text')).toString('base64'));
});

test('conditions on both ends', async () => {
  await refused(copy('three', { CopySourceIfMatch: '"x"' }), 'PreconditionFailed');
  await refused(copy('one', { IfNoneMatch: '*' }), 'PreconditionFailed');
  await copy('three', { IfNoneMatch: '*' });
});

test('sources that are none', async () => {
  for (const CopySource of ['', 'from', 'from/', '/', '%zz/k']) await refused(copy('x', { CopySource }), 'InvalidArgument');
  await refused(copy('x', { CopySource: 'from/nokey' }), 'NoSuchKey');
  await refused(copy('x', { CopySource: 'nobucket/k' }), 'NoSuchBucket');
  await refused(copy('x', { CopySource: `${SOURCE}?versionId=${'a'.repeat(32)}` }), 'NoSuchVersion');
});
