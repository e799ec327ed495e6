import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

const call = (operation: string, more: object = {}) => s3.call(operation, { Bucket: 'bucket', ...more });

test('reads answer "not configured" as AWS does', async () => {
  const codes = {
    GetBucketTagging: 'NoSuchTagSet',
    GetBucketCors: 'NoSuchCORSConfiguration',
    GetBucketPolicy: 'NoSuchBucketPolicy',
    GetBucketLifecycleConfiguration: 'NoSuchLifecycleConfiguration',
    GetBucketWebsite: 'NoSuchWebsiteConfiguration',
    GetBucketReplication: 'ReplicationConfigurationNotFoundError',
    GetObjectLockConfiguration: 'ObjectLockConfigurationNotFoundError',
    GetBucketMetricsConfiguration: 'NoSuchConfiguration',
  };
  for (const [operation, code] of Object.entries(codes)) {
    const failure = await refused(call(operation), code);
    assert.equal(failure.status, 404);
    await refused(call(operation, { Bucket: 'nowhere' }), 'NoSuchBucket');
  }
  for (const operation of ['GetBucketVersioning', 'GetBucketLogging', 'GetBucketAccelerateConfiguration'])
    assert.deepEqual(await call(operation), {});
  assert.deepEqual(await call('GetBucketRequestPayment'), { Payer: 'BucketOwner' });
  const { ServerSideEncryptionConfiguration } = await call('GetBucketEncryption');
  assert.equal(ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm, 'AES256');
});

test('the defaults may be written back, nothing else', async () => {
  const encryption = (SSEAlgorithm: string) => ({
    ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm } }] },
  });
  await call('PutBucketEncryption', encryption('AES256'));
  await refused(call('PutBucketEncryption', encryption('aws:kms')), 'NotImplemented');
  await call('PutBucketRequestPayment', { RequestPaymentConfiguration: { Payer: 'BucketOwner' } });
  await refused(call('PutBucketRequestPayment', { RequestPaymentConfiguration: { Payer: 'Requester' } }), 'NotImplemented');
  await call('PutBucketLogging', { BucketLoggingStatus: {} });
  await refused(call('PutBucketLogging', { BucketLoggingStatus: { LoggingEnabled: {} } }), 'NotImplemented');
  await call('PutBucketAccelerateConfiguration', { AccelerateConfiguration: { Status: 'Suspended' } });
  assert.deepEqual(await call('GetBucketAccelerateConfiguration'), { Status: 'Suspended' });
  await refused(call('PutBucketAccelerateConfiguration', { AccelerateConfiguration: { Status: 'Enabled' } }), 'NotImplemented');
});
