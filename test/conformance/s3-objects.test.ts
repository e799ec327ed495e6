import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Platform, startPlatform } from '../support/platform.ts';

const Bucket = 'conformance';
let platform: Platform;
let s3: S3Client;
before(async () => {
  platform = await startPlatform();
  s3 = clientOf('test');
  await s3.send(new CreateBucketCommand({ Bucket }));
});
after(async () => {
  s3.destroy();
  await platform.stop();
});

function clientOf(accessKeyId: string): S3Client {
  const credentials = { accessKeyId, secretAccessKey: 'test' };
  return new S3Client({ endpoint: platform.url, region: 'us-east-1', forcePathStyle: true, credentials, maxAttempts: 1 });
}

test('buckets', async () => {
  const listed = await s3.send(new ListBucketsCommand({}));
  assert.ok(listed.Buckets?.some(({ Name, CreationDate }) => Name === Bucket && CreationDate instanceof Date));
  assert.equal((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion, 'us-east-1');
  assert.equal((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint, undefined);
  await assert.rejects(s3.send(new HeadBucketCommand({ Bucket: 'missing' })), { name: 'NotFound' });
  await assert.rejects(s3.send(new CreateBucketCommand({ Bucket: 'No_Name' })), { name: 'InvalidBucketName' });
});

test('objects whole, in ranges, under conditions', async () => {
  const Metadata = { colour: 'grün' };
  const put = await s3.send(
    new PutObjectCommand({ Bucket, Key: 'a b/ü+%.txt', Body: 'hello world', ContentType: 'text/plain', Metadata }),
  );
  assert.equal(put.ETag, '"5eb63bbbe01eeed093cb22bb8f5acdc3"');
  assert.equal(put.ChecksumCRC32, 'DUoRhQ==');
  const Key = 'a b/ü+%.txt';
  const got = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
  assert.equal(await got.Body!.transformToString(), 'hello world');
  assert.equal(got.ContentType, 'text/plain');
  assert.equal(got.ChecksumCRC32, 'DUoRhQ==');
  const part = await s3.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=6-' }));
  assert.equal(part.$metadata.httpStatusCode, 206);
  assert.equal(part.ContentRange, 'bytes 6-10/11');
  assert.equal(await part.Body!.transformToString(), 'world');
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=11-' })), { name: 'InvalidRange' });
  const same = await s3.send(new GetObjectCommand({ Bucket, Key, IfNoneMatch: put.ETag })).catch((error) => error);
  assert.equal(same.$metadata.httpStatusCode, 304);
  await assert.rejects(s3.send(new PutObjectCommand({ Bucket, Key, Body: '', IfNoneMatch: '*' })), {
    name: 'PreconditionFailed',
  });
  await assert.rejects(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' })), { name: 'NotFound' });
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })), { name: 'NoSuchKey' });
  const attributes = await s3.send(
    new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ETag', 'ObjectSize', 'Checksum'] }),
  );
  assert.deepEqual([attributes.ETag, attributes.ObjectSize], ['5eb63bbbe01eeed093cb22bb8f5acdc3', 11]);
});

test('streams, with trailing checksums', async () => {
  const content = randomBytes(1_500_000);
  const Body = Readable.from([content.subarray(0, 70_000), content.subarray(70_000)]);
  const sent = new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: content.length, ChecksumAlgorithm: 'CRC32C' });
  const put = await s3.send(sent);
  assert.equal(put.ETag, `"${createHash('md5').update(content).digest('hex')}"`);
  assert.ok(put.ChecksumCRC32C);
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'stream' }));
  assert.deepEqual(Buffer.from(await got.Body!.transformToByteArray()), content);
  assert.equal(got.ContentEncoding, undefined);
});

test('lists', async () => {
  for (const Key of ['l/1', 'l/2', 'l/d/3', 'l/e f/4']) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'l/', Delimiter: '/', EncodingType: 'url' }));
  assert.deepEqual(
    listed.Contents?.map(({ Key, Size }) => [Key, Size]),
    [
      ['l/1', 3],
      ['l/2', 3],
    ],
  );
  assert.deepEqual(
    listed.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ['l/d/', 'l/e+f/'],
  );
  const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'l/', MaxKeys: 3 }));
  const rest = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'l/', ContinuationToken: page.NextContinuationToken }));
  assert.deepEqual([page.KeyCount, page.IsTruncated, rest.KeyCount, rest.IsTruncated], [3, true, 1, false]);
});

test('copies, tags, deletes', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'c ä', Body: 'copied', Tagging: 'a=b' }));
  const copied = await s3.send(
    new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${encodeURIComponent('c ä')}` }),
  );
  assert.ok(copied.CopyObjectResult?.ETag);
  const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'copy' }));
  assert.deepEqual(TagSet, [{ Key: 'a', Value: 'b' }]);
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'copy' }));
  const removed = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'c ä' }, { Key: 'copy' }] } }));
  assert.deepEqual(
    removed.Deleted?.map(({ Key }) => Key),
    ['c ä', 'copy'],
  );
});

test('multipart uploads', async () => {
  const parts = [randomBytes(5 * 2 ** 20), randomBytes(100_000)];
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'mp', ChecksumAlgorithm: 'CRC32' }));
  const Parts = [];
  for (const [at, Body] of parts.entries()) {
    const sent = await s3.send(
      new UploadPartCommand({ Bucket, Key: 'mp', UploadId, PartNumber: at + 1, Body, ChecksumAlgorithm: 'CRC32' }),
    );
    Parts.push({ PartNumber: at + 1, ETag: sent.ETag, ChecksumCRC32: sent.ChecksumCRC32 });
  }
  const done = await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'mp', UploadId, MultipartUpload: { Parts } }));
  assert.match(done.ETag!, /-2"$/);
  assert.equal(done.ChecksumType, 'COMPOSITE');
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'mp' }));
  assert.deepEqual(Buffer.from(await got.Body!.transformToByteArray()), Buffer.concat(parts));
  const abort = new AbortMultipartUploadCommand({ Bucket, Key: 'mp', UploadId });
  await assert.rejects(s3.send(abort), { name: 'NoSuchUpload' });
});

test('other accounts need the bucket’s policy', async () => {
  const other = clientOf('333333333333');
  await s3.send(new PutObjectCommand({ Bucket, Key: 'shared', Body: 'x' }));
  const read = () => other.send(new GetObjectCommand({ Bucket, Key: 'shared' }));
  await assert.rejects(read(), { name: 'AccessDenied' });
  const Principal = { AWS: 'arn:aws:iam::333333333333:root' };
  const statement = { Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  assert.equal(await (await read()).Body!.transformToString(), 'x');
  await assert.rejects(other.send(new DeleteObjectCommand({ Bucket, Key: 'shared' })), { name: 'AccessDenied' });
  other.destroy();
});

test('foreign pages are let in by CORS, and then read what a public policy gives to anybody', async () => {
  const ask = (origin: string, method = 'GET') => fetch(`${platform.url}/${Bucket}/shared`, { method, headers: { origin } });
  assert.equal((await ask('https://a.example')).status, 403);
  const rule = { AllowedMethods: ['GET', 'DELETE'], AllowedOrigins: ['https://a.example'] };
  await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
  const refused = await ask('https://a.example');
  assert.deepEqual([refused.status, refused.headers.get('access-control-allow-origin')], [403, 'https://a.example']);
  const statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` };
  const policy = new PutBucketPolicyCommand({
    Bucket,
    Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  });
  await assert.rejects(s3.send(policy), { name: 'AccessDenied' });
  const block = { BlockPublicPolicy: false, RestrictPublicBuckets: false };
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: block }));
  await s3.send(policy);
  const read = await ask('https://a.example');
  assert.deepEqual([read.status, await read.text(), read.headers.get('content-security-policy')], [200, 'x', 'sandbox']);
  assert.equal((await ask('https://a.example', 'DELETE')).status, 403);
  assert.equal((await ask('https://b.example')).status, 403);
});

test('presigned reads', async () => {
  const signed = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'shared' }), { expiresIn: 60 });
  assert.equal(await (await fetch(signed)).text(), 'x');
});

test('what is not implemented says so by name', async () => {
  const website = new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: { IndexDocument: { Suffix: 'index.html' } } });
  await assert.rejects(s3.send(website), { name: 'NotImplemented' });
  await assert.rejects(s3.send(new DeleteBucketCommand({ Bucket })), { name: 'BucketNotEmpty' });
});
