import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  paginateListObjectsV2,
  waitUntilBucketExists,
  waitUntilBucketNotExists,
  waitUntilObjectExists,
} from '@aws-sdk/client-s3';
import { type Platform, startPlatform } from '../support/platform.ts';
import { PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

const Bucket = 'listing';
let platform: Platform;
let s3: ReturnType<typeof sdk>['s3'];
const KEYS = ['a', 'a b', 'a+b', 'a/', 'a/1', 'a/2', 'a&b<c>', 'b/x/1', 'b/x/2', 'b/y', 'z\u0001', 'é', '\u{10000}', '\uffee'];
const bytewise = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  s3 = sdk(platform.url).s3;
  await s3.createBucket({ Bucket });
  await waitUntilBucketExists({ client: s3, maxWaitTime: 10 }, { Bucket });
  for (const Key of KEYS) await s3.putObject({ Bucket, Key, Body: Key });
  await waitUntilObjectExists({ client: s3, maxWaitTime: 10 }, { Bucket, Key: 'a' });
});
after(() => platform?.stop());

test('pages come in the order of UTF-8 bytes, each key once', async () => {
  const seen: string[] = [];
  const pages = paginateListObjectsV2({ client: s3, pageSize: 3 }, { Bucket, EncodingType: 'url' });
  for await (const page of pages) {
    assert.ok((page.Contents?.length ?? 0) <= 3);
    seen.push(...page.Contents!.map(({ Key }) => decodeURIComponent(Key!.replaceAll('+', ' '))));
  }
  assert.deepEqual(seen, [...KEYS].sort(bytewise));
});

test('prefix, delimiter, start-after and owner', async () => {
  const list = async (more: object) => {
    const got = await s3.listObjectsV2({ Bucket, ...more });
    return [got.Contents?.map(({ Key }) => Key) ?? [], got.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [], got.KeyCount];
  };
  assert.deepEqual(await list({ Prefix: 'a/' }), [['a/', 'a/1', 'a/2'], [], 3]);
  assert.deepEqual(await list({ Prefix: 'b/', Delimiter: '/' }), [['b/y'], ['b/x/'], 2]);
  assert.deepEqual(await list({ Prefix: 'a', Delimiter: '/' }), [['a', 'a b', 'a&b<c>', 'a+b'], ['a/'], 5]);
  assert.deepEqual(await list({ StartAfter: 'b/x/1', Prefix: 'b' }), [['b/x/2', 'b/y'], [], 2]);
  assert.deepEqual(await list({ MaxKeys: 0 }), [[], [], 0]);
  const [first] = (await s3.listObjectsV2({ Bucket, MaxKeys: 1, FetchOwner: true })).Contents!;
  assert.deepEqual([first?.Size, first?.StorageClass, typeof first?.Owner?.ID], [1, 'STANDARD', 'string']);
  assert.match(first!.ETag!, /^"[0-9a-f]{32}"$/);
  await refused(
    s3.listObjectsV2({ Bucket, ContinuationToken: 'nonsense' }),
    'InvalidArgument',
    'The continuation token provided is incorrect',
    400,
  );
  const pages: (string | undefined)[] = [];
  for await (const page of paginateListObjectsV2({ client: s3, pageSize: 1 }, { Bucket, Prefix: 'b/', Delimiter: '/' }))
    pages.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix), ...(page.Contents ?? []).map(({ Key }) => Key));
  assert.deepEqual(pages, ['b/x/', 'b/y']);
});

test('the older listing pages by marker', async () => {
  const first = await s3.listObjects({ Bucket, MaxKeys: 2, EncodingType: 'url' });
  assert.deepEqual([first.Contents?.map(({ Key }) => Key), first.IsTruncated, first.NextMarker], [['a', 'a+b'], true, undefined]);
  const next = await s3.listObjects({ Bucket, MaxKeys: 2, Marker: 'a b' });
  assert.deepEqual(
    next.Contents?.map(({ Key }) => Key),
    ['a&b<c>', 'a+b'],
  );
  const grouped = await s3.listObjects({ Bucket, Prefix: 'b/', Delimiter: '/', MaxKeys: 1 });
  assert.deepEqual([grouped.CommonPrefixes, grouped.NextMarker], [[{ Prefix: 'b/x/' }], 'b/x/']);
});

test('versions of a bucket that never had versioning are null', async () => {
  const got = await s3.listObjectVersions({ Bucket, Prefix: 'b/' });
  assert.deepEqual(
    got.Versions?.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest]),
    [
      ['b/x/1', 'null', true],
      ['b/x/2', 'null', true],
      ['b/y', 'null', true],
    ],
  );
  assert.equal((await s3.getBucketVersioning({ Bucket })).Status, undefined);
  const byVersion = await s3.getObject({ Bucket, Key: 'a', VersionId: 'null' });
  assert.equal(await byVersion.Body!.transformToString(), 'a');
  await refused(
    s3.getObject({ Bucket, Key: 'a', VersionId: 'bad version' }),
    'InvalidArgument',
    'Invalid version id specified',
    400,
  );
  await refused(
    s3.listObjectVersions({ Bucket, VersionIdMarker: 'null' }),
    'InvalidArgument',
    'A version-id marker cannot be specified without a key marker.',
  );
});

test('uploads in parts, and their refusals', async () => {
  const Key = 'parts';
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key, Metadata: { a: 'b' }, ContentType: 'x/y' });
  const target = { Bucket, Key, UploadId };
  const big = randomBytes(5 * 2 ** 20);
  const one = await s3.uploadPart({ ...target, PartNumber: 1, Body: big });
  await s3.putObject({ Bucket, Key: 'from', Body: big.subarray(0, 1000) });
  const two = await s3.uploadPartCopy({ ...target, PartNumber: 2, CopySource: `${Bucket}/from`, CopySourceRange: 'bytes=10-19' });
  const uploads = await s3.listMultipartUploads({ Bucket });
  assert.deepEqual(
    uploads.Uploads?.map(({ Key: of, UploadId: id }) => [of, id]),
    [[Key, UploadId]],
  );
  const listed = await s3.listParts({ ...target, MaxParts: 1 });
  assert.deepEqual(
    [
      listed.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag]),
      listed.IsTruncated,
      listed.NextPartNumberMarker,
    ],
    [[[1, big.length, one.ETag]], true, '1'],
  );
  const parts = [
    { PartNumber: 1, ETag: one.ETag },
    { PartNumber: 2, ETag: two.CopyPartResult?.ETag },
  ];
  const complete = (Parts: object[]) => s3.completeMultipartUpload({ ...target, MultipartUpload: { Parts } });
  await refused(
    complete([parts[1]!, parts[0]!]),
    'InvalidPartOrder',
    'The list of parts was not in ascending order. Parts must be ordered by part number.',
    400,
  );
  await refused(
    complete([{ PartNumber: 1, ETag: '"00000000000000000000000000000000"' }]),
    'InvalidPart',
    /^One or more of the specified parts could not be found\. {2}The part may not have been uploaded, or the specified entity tag may not match the part's entity tag\.$/,
  );
  await refused(
    s3.uploadPart({ ...target, PartNumber: 10_001, Body: 'x' }),
    'InvalidArgument',
    'Part number must be an integer between 1 and 10000, inclusive',
  );
  await complete(parts);
  const got = await s3.headObject({ Bucket, Key });
  assert.deepEqual([got.ContentLength, got.Metadata, got.ContentType], [big.length + 10, { a: 'b' }, 'x/y']);
  assert.match(got.ETag!, /^"[0-9a-f]{32}-2"$/);
  const part = await s3.getObject({ Bucket, Key, PartNumber: 2 });
  assert.deepEqual([part.PartsCount, Buffer.from(await part.Body!.transformToByteArray())], [2, big.subarray(10, 20)]);
  await refused(
    s3.getObject({ Bucket, Key, PartNumber: 3 }),
    'InvalidPartNumber',
    'The requested partnumber is not satisfiable',
    416,
  );

  const small = (await s3.createMultipartUpload({ Bucket, Key: 'small' })).UploadId;
  const tiny = { Bucket, Key: 'small', UploadId: small };
  const tags = [];
  for (const PartNumber of [1, 2])
    tags.push({ PartNumber, ETag: (await s3.uploadPart({ ...tiny, PartNumber, Body: 'x' })).ETag });
  await refused(
    s3.completeMultipartUpload({ ...tiny, MultipartUpload: { Parts: tags } }),
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
    400,
  );
  assert.equal((await s3.abortMultipartUpload(tiny)).$metadata.httpStatusCode, 204);
  const gone =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  await refused(s3.listParts(tiny), 'NoSuchUpload', gone, 404);
  await refused(s3.abortMultipartUpload(tiny), 'NoSuchUpload', gone);
});

test('conditional writes and deletes', async () => {
  const Key = 'once';
  const { ETag } = await s3.putObject({ Bucket, Key, Body: '1', IfNoneMatch: '*' });
  const held = 'At least one of the pre-conditions you specified did not hold';
  await refused(s3.putObject({ Bucket, Key, Body: '2', IfNoneMatch: '*' }), 'PreconditionFailed', held, 412);
  await refused(s3.putObject({ Bucket, Key, Body: '2', IfMatch: '"other"' }), 'PreconditionFailed', held);
  await refused(s3.putObject({ Bucket, Key: 'never', Body: '2', IfMatch: ETag }), 'NoSuchKey', '', 404);
  await s3.putObject({ Bucket, Key, Body: '2', IfMatch: ETag });
  await refused(s3.deleteObject({ Bucket, Key, IfMatch: ETag }), 'PreconditionFailed', held);
  await refused(
    s3.copyObject({ Bucket, Key: 'copy', CopySource: `${Bucket}/${Key}`, CopySourceIfMatch: ETag }),
    'PreconditionFailed',
    held,
  );
  await refused(
    s3.copyObject({ Bucket, Key, CopySource: `${Bucket}/${Key}` }),
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
  const replaced = await s3.copyObject({
    Bucket,
    Key,
    CopySource: `${Bucket}/${Key}`,
    MetadataDirective: 'REPLACE',
    Metadata: { new: '1' },
  });
  assert.ok(replaced.CopyObjectResult?.LastModified instanceof Date);
  assert.deepEqual((await s3.headObject({ Bucket, Key })).Metadata, { new: '1' });
  const unmodified = await s3.getObject({ Bucket, Key, IfModifiedSince: new Date(Date.now() + 60_000) }).catch((error) => error);
  assert.equal(unmodified.$metadata.httpStatusCode, 200);
  await refused(s3.getObject({ Bucket, Key, IfUnmodifiedSince: new Date(0) }), 'PreconditionFailed', held);
});

test('deletes of many, with errors by key', async () => {
  const Objects = [{ Key: 'é' }, { Key: 'never was' }, { Key: 'a&b<c>' }];
  const loud = await s3.deleteObjects({ Bucket, Delete: { Objects } });
  assert.deepEqual(
    loud.Deleted?.map(({ Key }) => Key),
    ['é', 'never was', 'a&b<c>'],
  );
  const quiet = await s3.deleteObjects({ Bucket, Delete: { Objects: [{ Key: 'z\u0001' }], Quiet: true } });
  assert.equal(quiet.Deleted, undefined);
  const many = Array.from({ length: 1001 }, (_, at) => ({ Key: `k${at}` }));
  await refused(s3.deleteObjects({ Bucket, Delete: { Objects: many } }), 'MalformedXML', '', 400);
});

test('buckets come and go', async () => {
  const other = 'second.bucket';
  const made = await s3.createBucket({ Bucket: other });
  assert.equal(made.Location, `/${other}`);
  await s3.createBucket({ Bucket: other });
  const elsewhere = sdk(platform.url, { accessKeyId: '333333333333', secretAccessKey: 'x' }).s3;
  await refused(elsewhere.createBucket({ Bucket: other }), 'BucketAlreadyExists', '', 409);
  const head = await elsewhere.headBucket({ Bucket: other }).catch((error) => error);
  assert.equal(head.$metadata.httpStatusCode, 403);
  await refused(s3.createBucket({ Bucket: 'x-s3alias' }), 'InvalidBucketName', 'The specified bucket is not valid.', 400);
  await refused(
    s3.createBucket({ Bucket: 'third', CreateBucketConfiguration: { LocationConstraint: 'mars-1' as never } }),
    'InvalidLocationConstraint',
    'The specified location-constraint is not valid',
  );
  const { Buckets } = await s3.listBuckets({ Prefix: 'sec' });
  assert.deepEqual(
    Buckets?.map(({ Name }) => Name),
    [other],
  );
  await refused(s3.deleteBucket({ Bucket }), 'BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
  assert.equal((await s3.deleteBucket({ Bucket: other })).$metadata.httpStatusCode, 204);
  await waitUntilBucketNotExists({ client: s3, maxWaitTime: 10 }, { Bucket: other });
  await refused(s3.deleteBucket({ Bucket: other }), 'NoSuchBucket', 'The specified bucket does not exist', 404);
});

test('sub-resources: what tools read, write back and clear', async () => {
  const missing: [keyof typeof s3, string][] = [
    ['getBucketPolicy', 'NoSuchBucketPolicy'],
    ['getBucketCors', 'NoSuchCORSConfiguration'],
    ['getBucketLifecycleConfiguration', 'NoSuchLifecycleConfiguration'],
    ['getBucketWebsite', 'NoSuchWebsiteConfiguration'],
    ['getBucketTagging', 'NoSuchTagSet'],
    ['getBucketReplication', 'ReplicationConfigurationNotFoundError'],
    ['getObjectLockConfiguration', 'ObjectLockConfigurationNotFoundError'],
  ];
  for (const [name, code] of missing) await refused((s3[name] as (input: object) => Promise<unknown>)({ Bucket }), code, '', 404);
  assert.deepEqual((await s3.getBucketRequestPayment({ Bucket })).Payer, 'BucketOwner');
  assert.equal((await s3.getBucketAccelerateConfiguration({ Bucket })).Status, undefined);
  assert.equal((await s3.getBucketLogging({ Bucket })).LoggingEnabled, undefined);
  const { Rules } = (await s3.getBucketEncryption({ Bucket })).ServerSideEncryptionConfiguration!;
  assert.equal(Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm, 'AES256');
  await s3.putBucketEncryption({ Bucket, ServerSideEncryptionConfiguration: { Rules } });
  const acl = await s3.getBucketAcl({ Bucket });
  assert.deepEqual(
    acl.Grants?.map(({ Permission, Grantee }) => [Permission, Grantee?.Type]),
    [['FULL_CONTROL', 'CanonicalUser']],
  );
  assert.equal((await s3.getObjectAcl({ Bucket, Key: 'a' })).Grants?.length, 1);
  const TagSet = [{ Key: 'k', Value: 'v' }];
  await s3.putBucketTagging({ Bucket, Tagging: { TagSet } });
  assert.deepEqual((await s3.getBucketTagging({ Bucket })).TagSet, TagSet);
  await s3.deleteBucketTagging({ Bucket });
  await s3.putObjectTagging({ Bucket, Key: 'a', Tagging: { TagSet } });
  assert.deepEqual((await s3.getObjectTagging({ Bucket, Key: 'a' })).TagSet, TagSet);
  assert.equal((await s3.getObject({ Bucket, Key: 'a' })).TagCount, 1);
  await s3.deleteObjectTagging({ Bucket, Key: 'a' });
  const twice = [...TagSet, ...TagSet];
  await refused(
    s3.putObjectTagging({ Bucket, Key: 'a', Tagging: { TagSet: twice } }),
    'InvalidTag',
    'Cannot provide multiple Tags with the same key',
  );
  const block = await s3.getPublicAccessBlock({ Bucket });
  assert.equal(block.PublicAccessBlockConfiguration?.BlockPublicPolicy, true);
  const owner = await s3.getBucketOwnershipControls({ Bucket });
  assert.equal(owner.OwnershipControls?.Rules?.[0]?.ObjectOwnership, 'BucketOwnerEnforced');
  await refused(
    s3.putBucketPolicy({ Bucket, Policy: 'nope' }),
    'MalformedPolicy',
    "Policies must be valid JSON and the first byte must be '{'",
  );
  await refused(
    s3.putBucketVersioning({ Bucket, VersioningConfiguration: {} }),
    'IllegalVersioningConfigurationException',
    'The Versioning element must be specified',
  );
  const notifications = await s3.getBucketNotificationConfiguration({ Bucket });
  assert.equal(notifications.LambdaFunctionConfigurations, undefined);
  const configure = (LambdaFunctionArn: string) =>
    s3.putBucketNotificationConfiguration({
      Bucket,
      NotificationConfiguration: { LambdaFunctionConfigurations: [{ LambdaFunctionArn, Events: ['s3:ObjectCreated:*'] }] },
    });
  await refused(configure('nonsense'), 'InvalidArgument', 'The ARN could not be parsed', 400);
  await refused(
    configure('arn:aws:lambda:us-east-1:000000000000:function:none'),
    'InvalidArgument',
    'Unable to validate the following destination configurations',
  );
});
