import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ListObjectVersionsCommandOutput, S3 } from '@aws-sdk/client-s3';
import { awsCli } from '../support/aws-cli.ts';
import { noAwsCli } from '../support/aws-shell.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

const Bucket = 'versions';
let platform: Platform;
let s3: S3;
before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  s3 = sdk(platform.url).s3;
  await s3.createBucket({ Bucket });
});
after(() => platform?.stop());

const put = async (Key: string, Body: string) => (await s3.putObject({ Bucket, Key, Body })).VersionId!;
const get = async (Key: string, VersionId?: string) => (await s3.getObject({ Bucket, Key, VersionId })).Body!.transformToString();

test('versions over the wire: ids, markers, lists, restoring, deleting for good', async () => {
  const before = await s3.putObject({ Bucket, Key: 'k', Body: 'before' });
  assert.equal(before.VersionId, undefined);
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  assert.equal((await s3.getBucketVersioning({ Bucket })).Status, 'Enabled');
  const one = await put('k', 'one');
  const two = await put('k', 'two');
  const { VersionId: marker, DeleteMarker } = await s3.deleteObject({ Bucket, Key: 'k' });
  assert.equal(DeleteMarker, true);
  const gone = await refused(s3.getObject({ Bucket, Key: 'k' }), 'NoSuchKey', '', 404);
  const { $response } = gone as unknown as { $response: { headers: Record<string, string> } };
  assert.equal($response.headers['x-amz-delete-marker'], 'true');
  await refused(s3.headObject({ Bucket, Key: 'k', VersionId: marker }), 'Unknown', '', 405);
  assert.equal(await get('k', 'null'), 'before');
  const copied = await s3.copyObject({ Bucket, Key: 'k', CopySource: `${Bucket}/k?versionId=${one}` });
  assert.deepEqual([copied.CopySourceVersionId, await get('k')], [one, 'one']);
  const seen: unknown[] = [];
  for (let next: object | undefined = {}; next; ) {
    const page: ListObjectVersionsCommandOutput = await s3.listObjectVersions({ Bucket, MaxKeys: 2, ...next });
    const all = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    seen.push(...all.map(({ VersionId, IsLatest }) => `${VersionId} ${IsLatest}`));
    next = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
  }
  assert.deepEqual(
    seen.sort(),
    [`${copied.VersionId} true`, `${marker} false`, `${one} false`, `${two} false`, 'null false'].sort(),
  );
  const Objects = [copied.VersionId, marker, one, two, 'null'].map((VersionId) => ({ Key: 'k', VersionId }));
  const { Deleted } = await s3.deleteObjects({ Bucket, Delete: { Objects } });
  assert.equal(Deleted?.find(({ VersionId }) => VersionId === marker)?.DeleteMarkerVersionId, marker);
  assert.deepEqual([(await s3.listObjectVersions({ Bucket })).Versions, Deleted?.length], [undefined, 5]);
});

test('lifecycles are kept, shown by headers, and refused where they would not be enforced', async () => {
  const rule = {
    ID: 'end',
    Status: 'Enabled' as const,
    Filter: { And: { Prefix: 'tmp/', Tags: [{ Key: 'a', Value: 'b' }], ObjectSizeLessThan: 1000 } },
    Expiration: { Date: new Date('2035-01-01T00:00:00Z') },
    NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 2 },
  };
  const all = { ID: 'all', Status: 'Enabled' as const, Filter: {}, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } };
  await s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules: [rule, all] } });
  const got = await s3.getBucketLifecycleConfiguration({ Bucket });
  assert.deepEqual(got.Rules, [rule, { ...all, Filter: got.Rules![1]!.Filter }]);
  assert.equal(got.TransitionDefaultMinimumObjectSize, 'all_storage_classes_128K');
  const { Expiration } = await s3.putObject({ Bucket, Key: 'tmp/a', Body: 'x', Tagging: 'a=b' });
  assert.equal(Expiration, 'expiry-date="Mon, 01 Jan 2035 00:00:00 GMT", rule-id="end"');
  assert.equal((await s3.createMultipartUpload({ Bucket, Key: 'up' })).AbortRuleId, 'all');
  const Transitions = [{ Days: 1, StorageClass: 'GLACIER' as const }];
  const cold = { ...all, Transitions };
  await refused(
    s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules: [cold] } }),
    'NotImplemented',
    '',
    501,
  );
  await s3.deleteBucketLifecycle({ Bucket });
  await refused(s3.getBucketLifecycleConfiguration({ Bucket }), 'NoSuchLifecycleConfiguration', '', 404);
});

test('the AWS CLI', { skip: noAwsCli }, async () => {
  const aws = awsCli(platform.url);
  const api = (...args: string[]) => aws('--endpoint-url', platform.url, 's3api', ...args) as Promise<Record<string, never>>;
  const one = await put('cli', 'one');
  await put('cli', 'two');
  const { TagSet } = await api('get-object-tagging', '--bucket', Bucket, '--key', 'cli', '--version-id', one);
  assert.deepEqual(TagSet, []);
  const { Versions } = await api('list-object-versions', '--bucket', Bucket, '--prefix', 'cli');
  assert.equal((Versions as unknown as unknown[]).length, 2);
  const Rules = [{ ID: 'r', Status: 'Enabled', Prefix: '', Expiration: { Days: 1 } }];
  const lifecycle = ['--lifecycle-configuration', JSON.stringify({ Rules })];
  await api('put-bucket-lifecycle-configuration', '--bucket', Bucket, ...lifecycle);
  assert.deepEqual((await api('get-bucket-lifecycle-configuration', '--bucket', Bucket)).Rules, Rules);
});
