import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { OTHER, openS3, refused, rootOf, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

const allow = (more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*', ...more }],
  });

test('policies that are none', async () => {
  const put = (Policy: string) => refused(s3.call('PutBucketPolicy', { Bucket: 'bucket', Policy }), 'MalformedPolicy');
  assert.match((await put('x')).message, /first byte must be '{'/);
  assert.equal((await put('{}')).message, 'Missing required field Statement');
  assert.equal((await put(allow({ Principal: undefined }))).message, 'Missing required field Principal');
  assert.equal((await put(allow({ Resource: 'arn:aws:s3:::another/*' }))).message, 'Policy has invalid resource');
  await put(allow({ Effect: 'Perhaps' }));
  await put(`{"Statement":[]${' '.repeat(21_000)}}`);
});

test('is kept as text, read back, removed; only the owner may change it', async () => {
  const Policy = allow({ Principal: { AWS: OTHER } });
  await s3.call('PutBucketPolicy', { Bucket: 'bucket', Policy });
  assert.deepEqual(await s3.call('GetBucketPolicy', { Bucket: 'bucket' }), { Policy });
  const stranger = { principal: rootOf(OTHER) };
  await refused(s3.call('DeleteBucketPolicy', { Bucket: 'bucket' }, stranger), 'AccessDenied');
  await s3.call('DeleteBucketPolicy', { Bucket: 'bucket' });
  assert.equal((await refused(s3.call('GetBucketPolicy', { Bucket: 'bucket' }), 'NoSuchBucketPolicy')).status, 404);
  await refused(s3.call('GetBucketPolicyStatus', { Bucket: 'bucket' }), 'NoSuchBucketPolicy');
  await s3.call('DeleteBucketPolicy', { Bucket: 'bucket' });
});

test('conditions that name who may ask keep a policy from being public', async () => {
  const put = (Condition: object) => s3.call('PutBucketPolicy', { Bucket: 'bucket', Policy: allow({ Condition }) });
  await put({ StringEquals: { 'aws:PrincipalAccount': OTHER } });
  await put({ IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } });
  await refused(put({ StringLike: { 'aws:Referer': '*' } }), 'AccessDenied');
  await refused(put({ StringNotEquals: { 'aws:PrincipalAccount': OTHER } }), 'AccessDenied');
});
