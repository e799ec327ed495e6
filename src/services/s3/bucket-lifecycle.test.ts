import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
const Bucket = 'bucket';
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket });
});
after(() => s3.close());

const put = (Rules: object[], more: object = {}) =>
  s3.call('PutBucketLifecycleConfiguration', { Bucket, LifecycleConfiguration: { Rules }, ...more });
const get = () => s3.call('GetBucketLifecycleConfiguration', { Bucket });
const remove = () => s3.call('DeleteBucketLifecycle', { Bucket });

test('is kept as it was given, ids are made, and it goes', async () => {
  await refused(get(), 'NoSuchLifecycleConfiguration');
  const rule = { ID: 'one', Status: 'Enabled', Filter: { Prefix: 'a/' }, Expiration: { Date: new Date('2030-01-01T00:00:00Z') } };
  const answer = await put([
    rule,
    { Status: 'Disabled', Prefix: '', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
  ]);
  assert.deepEqual(answer, { TransitionDefaultMinimumObjectSize: 'all_storage_classes_128K' });
  const { Rules, TransitionDefaultMinimumObjectSize } = await get();
  assert.equal(TransitionDefaultMinimumObjectSize, 'all_storage_classes_128K');
  assert.deepEqual(Rules[0], rule);
  assert.match(Rules[1].ID, /^[0-9a-f-]{36}$/);
  await put([rule], { TransitionDefaultMinimumObjectSize: 'varies_by_storage_class' });
  assert.equal((await get()).TransitionDefaultMinimumObjectSize, 'varies_by_storage_class');
  await refused(put([rule, rule]), 'InvalidArgument');
  await refused(put([{ ...rule, Transitions: [{ Days: 1, StorageClass: 'GLACIER' }] }]), 'NotImplemented');
  await remove();
  await remove();
  await refused(get(), 'NoSuchLifecycleConfiguration');
});

test('objects and uploads say when they end', async () => {
  const Key = 'a b';
  await put([
    { ID: 'in two', Status: 'Enabled', Filter: { Prefix: 'a' }, Expiration: { Date: new Date('2030-01-01T00:00:00Z') } },
    { ID: 'abort', Status: 'Enabled', Filter: {}, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
  ]);
  const expected = 'expiry-date="Tue, 01 Jan 2030 00:00:00 GMT", rule-id="in%20two"';
  assert.equal((await s3.call('PutObject', { Bucket, Key, Body: 'x' })).Expiration, expected);
  assert.equal((await s3.call('HeadObject', { Bucket, Key })).Expiration, expected);
  assert.equal((await s3.call('CopyObject', { Bucket, Key: 'a', CopySource: `${Bucket}/a%20b` })).Expiration, expected);
  assert.equal((await s3.call('PutObject', { Bucket, Key: 'b', Body: 'x' })).Expiration, undefined);
  const upload = await s3.call('CreateMultipartUpload', { Bucket, Key });
  assert.deepEqual([upload.AbortRuleId, upload.AbortDate.getTime() % 86_400_000], ['abort', 0]);
  await remove();
  assert.equal((await s3.call('HeadObject', { Bucket, Key })).Expiration, undefined);
});
