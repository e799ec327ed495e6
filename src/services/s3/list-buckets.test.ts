import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, rootOf, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

const create = (Bucket: string, more: object = {}, context: object = {}) => s3.call('CreateBucket', { Bucket, ...more }, context);

test('lists are of the account, by name, in pages', async () => {
  const as = { principal: rootOf('222222222222') };
  for (const name of ['l-c', 'l-a', 'l-b', 'mmm']) await create(name, {}, as);
  const names = (answer: { Buckets?: { Name: string }[] }) => answer.Buckets!.map(({ Name }) => Name);
  assert.deepEqual(names(await s3.call('ListBuckets', {}, as)), ['l-a', 'l-b', 'l-c', 'mmm']);
  const first = await s3.call('ListBuckets', { Prefix: 'l-', MaxBuckets: 2 }, as);
  assert.deepEqual(names(first), ['l-a', 'l-b']);
  const next = await s3.call('ListBuckets', { Prefix: 'l-', ContinuationToken: first.ContinuationToken }, as);
  assert.deepEqual([names(next), next.ContinuationToken], [['l-c'], undefined]);
});

test('limits and tokens', async () => {
  await refused(s3.call('ListBuckets', { MaxBuckets: 0 }), 'InvalidArgument');
  await refused(s3.call('ListBuckets', { ContinuationToken: '!' }), 'InvalidArgument');
  assert.deepEqual((await s3.call('ListBuckets', { BucketRegion: 'eu-west-1' })).Buckets, []);
});
