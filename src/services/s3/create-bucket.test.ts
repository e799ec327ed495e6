import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { OTHER, openS3, refused, rootOf, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
});
after(() => s3.close());

const create = (Bucket: string, more: object = {}, context: object = {}) => s3.call('CreateBucket', { Bucket, ...more }, context);
const located = (LocationConstraint: string) => ({ CreateBucketConfiguration: { LocationConstraint } });

test('names', async () => {
  for (const name of ['abc', 'a.b-c', '0'.repeat(63)]) assert.equal((await create(name)).Location, `/${name}`);
  const wrong = [
    'ab',
    'Abc',
    'a_b',
    '-ab',
    'ab-',
    'a..b',
    '1.2.3.4',
    'xn--a',
    'sthree-a',
    'a-s3alias',
    'a--x-s3',
    'a'.repeat(64),
    '_x',
    '',
  ];
  for (const name of wrong) await refused(create(name), 'InvalidBucketName');
});

test('regions', async () => {
  await refused(create('r-one', located('us-east-1')), 'InvalidLocationConstraint');
  await refused(create('r-one', located('nowhere')), 'InvalidLocationConstraint');
  await create('r-two', located('eu-west-1'));
  assert.deepEqual(await s3.call('GetBucketLocation', { Bucket: 'r-two' }), { LocationConstraint: 'eu-west-1' });
  await create('r-three');
  assert.deepEqual(await s3.call('GetBucketLocation', { Bucket: 'r-three' }), {});
  const abroad = { region: 'eu-west-1' };
  const missing = await refused(create('r-four', {}, abroad), 'IllegalLocationConstraintException');
  assert.match(missing.message, /^The unspecified location constraint/);
  assert.equal((await create('r-four', located('eu-west-1'), abroad)).Location, 'http://127.0.0.1:4566/r-four');
  assert.equal((await s3.call('HeadBucket', { Bucket: 'r-four' })).BucketRegion, 'eu-west-1');
});

test('again: one’s own, and another’s', async () => {
  await create('again');
  await create('again');
  await refused(create('again', {}, { principal: rootOf(OTHER) }), 'BucketAlreadyExists');
  const abroad = { region: 'eu-west-1' };
  await refused(create('again', located('eu-west-1'), abroad), 'BucketAlreadyOwnedByYou');
});

test('what would not be kept is refused', async () => {
  await refused(create('refused', { ACL: 'public-read' }), 'AccessControlListNotSupported');
  await refused(create('refused', { ObjectLockEnabledForBucket: true }), 'NotImplemented');
  await refused(create('refused', { ObjectOwnership: 'ObjectWriter' }), 'NotImplemented');
  await refused(s3.call('HeadBucket', { Bucket: 'refused' }), 'NoSuchBucket');
});
