import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

test('nothing for us-east-1, the region elsewhere, EU as it was written', async () => {
  assert.deepEqual(await s3.call('GetBucketLocation', { Bucket: 'bucket' }), {});
  for (const LocationConstraint of ['EU', 'eu-west-1']) {
    const Bucket = `in-${LocationConstraint.toLowerCase()}`;
    await s3.call('CreateBucket', { Bucket, CreateBucketConfiguration: { LocationConstraint } }, { region: 'eu-west-1' });
    assert.deepEqual(await s3.call('GetBucketLocation', { Bucket }), { LocationConstraint });
  }
  await refused(s3.call('GetBucketLocation', { Bucket: 'missing' }), 'NoSuchBucket');
});
