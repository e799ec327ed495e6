import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ACCOUNT, contextOf, OTHER, openS3, refused, rootOf, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  for (const Bucket of ['bucket', 'from']) await s3.call('CreateBucket', { Bucket });
});
after(() => s3.close());

const ask = async (operation: string, input: Record<string, unknown>, context: object = {}) =>
  s3.access(operation, input, contextOf(context));
const actions = async (operation: string, input: Record<string, unknown>) =>
  (await ask(operation, { Bucket: 'bucket', ...input })).map(({ action, resource }) => `${action} ${resource}`);
const allow = (more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*', ...more }],
  });

test('actions and resources', async () => {
  assert.deepEqual(await actions('PutObject', { Key: 'a/b' }), ['s3:PutObject arn:aws:s3:::bucket/a/b']);
  assert.deepEqual(await actions('PutObject', { Key: 'k', Tagging: 'a=b' }), [
    's3:PutObject arn:aws:s3:::bucket/k',
    's3:PutObjectTagging arn:aws:s3:::bucket/k',
  ]);
  assert.deepEqual(await actions('GetObject', { Key: 'k', VersionId: 'null' }), ['s3:GetObjectVersion arn:aws:s3:::bucket/k']);
  assert.deepEqual(await actions('CopyObject', { Key: 'k', CopySource: 'from/x' }), [
    's3:PutObject arn:aws:s3:::bucket/k',
    's3:GetObject arn:aws:s3:::from/x',
  ]);
  assert.deepEqual(await actions('DeleteObjects', { Delete: { Objects: [{ Key: 'a' }, { Key: 'b' }] } }), [
    's3:DeleteObject arn:aws:s3:::bucket/a',
    's3:DeleteObject arn:aws:s3:::bucket/b',
  ]);
  assert.deepEqual(await actions('DeleteObjects', { Delete: { Objects: [{ Key: 'a', VersionId: 'null' }] } }), [
    's3:DeleteObjectVersion arn:aws:s3:::bucket/a',
  ]);
  assert.deepEqual(await actions('PutObjectTagging', { Key: 'k', VersionId: 'null' }), [
    's3:PutObjectVersionTagging arn:aws:s3:::bucket/k',
  ]);
  assert.deepEqual(await actions('GetObjectAttributes', { Key: 'k', VersionId: 'null' }), [
    's3:GetObjectVersion arn:aws:s3:::bucket/k',
    's3:GetObjectVersionAttributes arn:aws:s3:::bucket/k',
  ]);
  assert.deepEqual(await actions('HeadBucket', {}), ['s3:ListBucket arn:aws:s3:::bucket']);
  assert.deepEqual(await actions('GetBucketVersioning', {}), ['s3:GetBucketVersioning arn:aws:s3:::bucket']);
  assert.deepEqual(await actions('GetBucketEncryption', {}), ['s3:GetEncryptionConfiguration arn:aws:s3:::bucket']);
  assert.deepEqual(await actions('ListBuckets', {}), ['s3:ListAllMyBuckets *']);
});

test('conditions, owner', async () => {
  const [list] = await ask('ListObjectsV2', { Bucket: 'bucket', Prefix: 'home/', Delimiter: '/' });
  assert.equal(list!.context['s3:prefix'], 'home/');
  assert.equal(list!.context['s3:delimiter'], '/');
  assert.equal(list!.resourceAccount, ACCOUNT);
  const [put] = await ask('PutObject', { Bucket: 'bucket', Key: 'k', Tagging: 'Stage=dev' });
  assert.equal(put!.context['s3:requestobjecttag/stage'], 'dev');
});

test('a policy goes along with every request but those that mend it', async () => {
  const put = (Policy: string, context: object = {}) => s3.call('PutBucketPolicy', { Bucket: 'bucket', Policy }, context);
  await refused(s3.call('GetBucketPolicy', { Bucket: 'bucket' }), 'NoSuchBucketPolicy');
  await refused(put(allow()), 'AccessDenied');
  const text = allow({ Principal: { AWS: OTHER } });
  await put(text);
  assert.equal((await s3.call('GetBucketPolicy', { Bucket: 'bucket' })).Policy, text);
  const [get] = await ask('GetObject', { Bucket: 'bucket', Key: 'k' });
  assert.deepEqual(get!.resourcePolicy, JSON.parse(text));
  const [own] = await ask('DeleteBucketPolicy', { Bucket: 'bucket' });
  assert.equal(own!.resourcePolicy, undefined);
  const [foreign] = await ask('GetBucketPolicy', { Bucket: 'bucket' }, { principal: rootOf(OTHER) });
  assert.notEqual(foreign!.resourcePolicy, undefined);
  await refused(put(text, { principal: rootOf(OTHER) }), 'AccessDenied');
  assert.deepEqual(await s3.call('GetBucketPolicyStatus', { Bucket: 'bucket' }), { PolicyStatus: { IsPublic: false } });
});

test('a public policy needs the block to be lifted, and the block still restricts', async () => {
  const block = (BlockPublicPolicy: boolean, RestrictPublicBuckets: boolean) =>
    s3.call('PutPublicAccessBlock', {
      Bucket: 'bucket',
      PublicAccessBlockConfiguration: { BlockPublicPolicy, RestrictPublicBuckets },
    });
  const stranger = { principal: { ...rootOf(OTHER), kind: 'anonymous' as const, account: '' } };
  const strangerAsks = () => ask('GetObject', { Bucket: 'bucket', Key: 'k' }, stranger);
  await block(false, true);
  await s3.call('PutBucketPolicy', { Bucket: 'bucket', Policy: allow() });
  assert.deepEqual(await s3.call('GetBucketPolicyStatus', { Bucket: 'bucket' }), { PolicyStatus: { IsPublic: true } });
  await refused(strangerAsks(), 'AccessDenied');
  await block(false, false);
  assert.notEqual((await strangerAsks())[0]!.resourcePolicy, undefined);
  await s3.call('DeleteBucketPolicy', { Bucket: 'bucket' });
  assert.equal((await strangerAsks())[0]!.resourcePolicy, undefined);
  await refused(s3.call('GetObject', { Bucket: 'bucket', Key: 'k' }, stranger), 'AccessDenied');
});
