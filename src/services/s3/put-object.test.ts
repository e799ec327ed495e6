import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { ACCOUNT, bytesOf, OTHER, openS3, refused, rootOf, type S3Room, textOf } from '../../../test/support/s3-room.ts';
import { checksumOf } from '../../kernel/index.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

const put = (Key: string, Body: unknown, more: object = {}, context: object = {}) =>
  s3.call('PutObject', { Bucket: 'bucket', Key, Body, ...more }, context);
const get = (Key: string, more: object = {}) => s3.call('GetObject', { Bucket: 'bucket', Key, ...more });
const base64 = (name: Parameters<typeof checksumOf>[0], content: string | Buffer) =>
  checksumOf(name, Buffer.from(content)).toString('base64');

test('keeps content, type, metadata and the event in one transaction', async () => {
  const before = (await s3.events()).length;
  const answer = await put('a/hello.txt', Buffer.from('hello'), { ContentType: 'text/plain', Metadata: { Owner: 'me' } });
  assert.equal(answer.ETag, '"5d41402abc4b2a76b9719d911017c592"');
  assert.equal(answer.ChecksumType, 'FULL_OBJECT');
  assert.equal(answer.ChecksumCRC64NVME, base64('CRC64NVME', 'hello'));
  const got = await get('a/hello.txt');
  assert.equal(await textOf(got.Body), 'hello');
  assert.equal(got.ContentType, 'text/plain');
  assert.deepEqual(got.Metadata, { owner: 'me' });
  assert.equal(got.ContentLength, 5);
  const events = (await s3.events()).slice(before);
  assert.equal(events.length, 1);
  const { id, body, subject, account } = events[0]!;
  assert.equal(id, 'REQUEST', 'what the caller was told');
  assert.equal(subject, 'arn:aws:s3:::bucket/a/hello.txt');
  assert.equal(account, ACCOUNT);
  assert.equal(body.eventName, 'ObjectCreated:Put');
  assert.equal(body.size, 5);
  assert.equal(body.etag, '5d41402abc4b2a76b9719d911017c592');
  assert.equal(body.sourceIp, '192.0.2.1');
});

test('the sequencer grows with every change of a key', async () => {
  await put('seq', 'one');
  await s3.call('DeleteObject', { Bucket: 'bucket', Key: 'seq' });
  await put('seq', 'two');
  const seen = (await s3.events()).filter(({ body }) => body.key === 'seq').map(({ body }) => body.sequencer);
  assert.equal(seen.length, 3);
  assert.deepEqual(seen, [...new Set(seen)].sort());
});

test('streams large content, hashing on the way', async () => {
  const content = randomBytes(700_000);
  const answer = await put('large', Readable.from([content.subarray(0, 300_001), content.subarray(300_001)]), {
    ContentLength: content.length,
    ChecksumSHA256: base64('SHA256', content),
  });
  assert.equal(answer.ETag, `"${createHash('md5').update(content).digest('hex')}"`);
  assert.deepEqual(await bytesOf((await get('large')).Body), content);
  const head = await s3.call('HeadObject', { Bucket: 'bucket', Key: 'large', ChecksumMode: 'ENABLED' });
  assert.equal(head.ChecksumSHA256, base64('SHA256', content));
});

test('all five checksums are verified', async () => {
  for (const name of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
    const good = await put('sum', 'content', { [`Checksum${name}`]: base64(name, 'content') });
    assert.equal(good[`Checksum${name}`], base64(name, 'content'));
    const bad = await refused(put('sum', 'content', { [`Checksum${name}`]: base64(name, 'other') }), 'BadDigest');
    assert.equal(bad.message, `The ${name} you specified did not match the calculated checksum.`);
    await refused(put('sum', 'content', { [`Checksum${name}`]: 'AA==' }), 'InvalidRequest');
  }
  await refused(put('sum', 'x', { ChecksumCRC32: 'AAAAAA==', ChecksumSHA1: base64('SHA1', 'x') }), 'InvalidRequest');
});

test('a checksum may come as a trailer', async () => {
  const context = (value: string) => ({
    headers: { 'x-amz-trailer': 'x-amz-checksum-crc32c' },
    trailers: () => ({ 'x-amz-checksum-crc32c': value }),
  });
  const answer = await put('trailer', 'content', {}, context(base64('CRC32C', 'content')));
  assert.equal(answer.ChecksumCRC32C, base64('CRC32C', 'content'));
  await refused(put('trailer', 'content', {}, context(base64('CRC32C', 'other'))), 'BadDigest');
});

test('Content-MD5 is verified', async () => {
  const md5 = createHash('md5').update('content').digest('base64');
  await put('md5', 'content', { ContentMD5: md5 });
  await refused(put('md5', 'other', { ContentMD5: md5 }), 'BadDigest');
  await refused(put('md5', 'other', { ContentMD5: 'nonsense' }), 'InvalidDigest');
});

test('conditional writes', async () => {
  const { ETag } = await put('cond', '1', { IfNoneMatch: '*' });
  const there = await refused(put('cond', '2', { IfNoneMatch: '*' }), 'PreconditionFailed');
  assert.deepEqual([there.status, there.fields.Condition], [412, 'If-None-Match']);
  await put('cond', '2', { IfMatch: ETag });
  await refused(put('cond', '3', { IfMatch: ETag }), 'PreconditionFailed');
  await refused(put('absent', '3', { IfMatch: ETag }), 'NoSuchKey');
  const other = await refused(put('cond', '3', { IfNoneMatch: '"abc"' }), 'NotImplemented');
  assert.equal(other.status, 501);
});

test('of many writers with If-None-Match one wins', async () => {
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => put('race', `${n}`, { IfNoneMatch: '*' })));
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('what would not be kept is refused by name', async () => {
  await refused(put('k', 'x', { StorageClass: 'GLACIER' }), 'NotImplemented');
  await refused(put('k', 'x', { StorageClass: 'CHEAP' }), 'InvalidStorageClass');
  await refused(put('k', 'x', { ServerSideEncryption: 'aws:kms' }), 'NotImplemented');
  await refused(put('k', 'x', { SSECustomerKey: 'abc' }), 'NotImplemented');
  await refused(put('k', 'x', { ACL: 'public-read' }), 'AccessControlListNotSupported');
  await refused(put('k', 'x', { ObjectLockMode: 'GOVERNANCE' }), 'InvalidRequest');
  await refused(put('k', 'x', { WebsiteRedirectLocation: '/x' }), 'NotImplemented');
  await put('k', 'x', { StorageClass: 'STANDARD', ServerSideEncryption: 'AES256', ACL: 'private' });
});

test('bounds of keys, metadata and tags', async () => {
  await refused(put('k'.repeat(1025), 'x'), 'KeyTooLongError');
  await put('ü'.repeat(512), 'x');
  await refused(put('k', 'x', { Metadata: { a: 'b'.repeat(2048) } }), 'MetadataTooLarge');
  await refused(put('k', 'x', { Tagging: Array.from({ length: 11 }, (_, n) => `k${n}=v`).join('&') }), 'BadRequest');
  await refused(put('k', 'x', { Tagging: 'aws:x=1' }), 'InvalidTag');
  await refused(put('k', 'x', { ContentLength: 6 * 2 ** 30 }), 'EntityTooLarge');
  await refused(put('k', Readable.from([Buffer.from('short')]), { ContentLength: 70_000 }), 'IncompleteBody');
});

test('hostile names are keys like others', async () => {
  for (const key of ['../../etc/passwd', '//', '.', ' ', 'a\nb', "'; drop table x; --", '__proto__', '\u{10ffff}', 'x\0y']) {
    await put(key, key);
    assert.equal(await textOf((await get(key)).Body), key);
  }
});

test('other accounts and other expectations are kept out', async () => {
  await refused(put('k', 'x', {}, { principal: rootOf(OTHER) }), 'AccessDenied');
  await refused(put('k', 'x', { ExpectedBucketOwner: OTHER }), 'AccessDenied');
  await refused(s3.call('PutObject', { Bucket: 'nowhere', Key: 'k', Body: 'x' }), 'NoSuchBucket');
});
