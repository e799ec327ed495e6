import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Answer, bytesOf, openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';
import { type ChecksumName, checksumOf } from '../../kernel/index.ts';

const MIN = 5 * 2 ** 20;
const first = randomBytes(MIN);
const second = randomBytes(1234);
const whole = Buffer.concat([first, second]);
let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

const md5 = (content: Buffer) => createHash('md5').update(content).digest();

async function begin(Key: string, more: object = {}) {
  const { UploadId } = await s3.call('CreateMultipartUpload', { Bucket: 'bucket', Key, ...more });
  const ids = { Bucket: 'bucket', Key, UploadId };
  return {
    ids,
    part: (PartNumber: number, Body: Buffer, more: object = {}) =>
      s3.call('UploadPart', { ...ids, PartNumber, Body, ...more }).then((answer): Answer => ({ PartNumber, ...answer })),
    complete: (Parts: readonly object[], more: object = {}) =>
      s3.call('CompleteMultipartUpload', { ...ids, MultipartUpload: { Parts }, ...more }),
  };
}

test('parts become one object, with the ETag of parts', async () => {
  const upload = await begin('whole', { ContentType: 'image/jpeg', Metadata: { a: 'b' }, Tagging: 'x=1' });
  const two = await upload.part(7, second);
  const one = await upload.part(2, first);
  const unused = await upload.part(9, second);
  assert.equal(unused.ETag, `"${md5(second).toString('hex')}"`);
  const listed = await s3.call('ListParts', upload.ids);
  assert.deepEqual(
    listed.Parts.map((part: { PartNumber: number }) => part.PartNumber),
    [2, 7, 9],
  );
  const done = await upload.complete([one, two], { MpuObjectSize: whole.length });
  assert.equal(
    done.ETag,
    `"${createHash('md5')
      .update(Buffer.concat([md5(first), md5(second)]))
      .digest('hex')}-2"`,
  );
  assert.equal(done.ChecksumCRC64NVME, checksumOf('CRC64NVME', whole).toString('base64'));
  const got = await s3.call('GetObject', { Bucket: 'bucket', Key: 'whole' });
  assert.deepEqual(await bytesOf(got.Body), whole);
  assert.deepEqual([got.ContentType, got.Metadata, got.TagCount], ['image/jpeg', { a: 'b' }, 1]);
  assert.equal((await s3.events()).at(-1)!.body.eventName, 'ObjectCreated:CompleteMultipartUpload');
  await refused(s3.call('ListParts', upload.ids), 'NoSuchUpload');
  const again = await upload.complete([one, two]);
  assert.equal(again.ETag, done.ETag);
});

test('ranges and parts of it are read across parts', async () => {
  const at = MIN - 10;
  const range = await s3.call('GetObject', { Bucket: 'bucket', Key: 'whole', Range: `bytes=${at}-${at + 19}` });
  assert.deepEqual(await bytesOf(range.Body), whole.subarray(at, at + 20));
  assert.equal(range.ContentRange, `bytes ${at}-${at + 19}/${whole.length}`);
  const part = await s3.call('GetObject', { Bucket: 'bucket', Key: 'whole', PartNumber: 2 });
  assert.deepEqual(await bytesOf(part.Body), second);
  assert.equal(part.PartsCount, 2);
  const beyond = await refused(s3.call('GetObject', { Bucket: 'bucket', Key: 'whole', PartNumber: 3 }), 'InvalidPartNumber');
  assert.equal(beyond.status, 416);
});

test('another service reads it as one blob', async () => {
  const place = { account: '000000000000', region: 'us-east-1' };
  const read = await s3.read(place, 'bucket', 'whole');
  assert.deepEqual(read, { hash: createHash('sha256').update(whole).digest('hex'), size: whole.length });
  assert.deepEqual(await s3.read(place, 'bucket', 'whole'), read);
});

test('checksums compose, or are joined to that of the whole', async () => {
  const cases: [ChecksumName, string | undefined][] = [
    ['CRC32', undefined],
    ['CRC32', 'FULL_OBJECT'],
    ['CRC32C', 'FULL_OBJECT'],
    ['SHA256', undefined],
    ['SHA1', 'COMPOSITE'],
    ['CRC64NVME', undefined],
  ];
  for (const [ChecksumAlgorithm, ChecksumType] of cases) {
    const upload = await begin('sums', { ChecksumAlgorithm, ChecksumType });
    const parts = [await upload.part(1, first), await upload.part(2, second)];
    const done = await upload.complete(parts);
    const full = checksumOf(ChecksumAlgorithm, whole).toString('base64');
    const sums = Buffer.concat([checksumOf(ChecksumAlgorithm, first), checksumOf(ChecksumAlgorithm, second)]);
    const composite = `${checksumOf(ChecksumAlgorithm, sums).toString('base64')}-2`;
    const isFull = ChecksumType === 'FULL_OBJECT' || ChecksumAlgorithm === 'CRC64NVME';
    assert.equal(done[`Checksum${ChecksumAlgorithm}`], isFull ? full : composite, `${ChecksumAlgorithm} ${ChecksumType}`);
    assert.equal(done.ChecksumType, isFull ? 'FULL_OBJECT' : 'COMPOSITE');
  }
  await refused(begin('sums', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }), 'InvalidRequest');
  await refused(begin('sums', { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }), 'InvalidRequest');
});

test('lists of parts that cannot be completed', async () => {
  const upload = await begin('faults', { ChecksumAlgorithm: 'SHA256' });
  const small = await upload.part(1, second);
  const last = await upload.part(2, second);
  const tooSmall = await refused(upload.complete([small, last]), 'EntityTooSmall');
  assert.equal(tooSmall.fields.PartNumber, 1);
  await refused(upload.complete([last, small]), 'InvalidPartOrder');
  await refused(upload.complete([]), 'InvalidRequest');
  await refused(upload.complete([{ ...small, ETag: '"00"' }]), 'InvalidPart');
  await refused(upload.complete([{ ...small, PartNumber: 3 }]), 'InvalidPart');
  const missing = await refused(upload.complete([{ PartNumber: 1, ETag: small.ETag }]), 'InvalidRequest');
  assert.match(missing.message, /created using a sha256 checksum.*missing for part 1/);
  const wrong = await refused(upload.complete([{ ...small, ChecksumSHA256: 'x' }]), 'BadDigest');
  assert.equal(wrong.message, 'The sha256 you specified for part 1 did not match what we received.');
  await refused(upload.complete([small], { MpuObjectSize: 1 }), 'InvalidRequest');
  await refused(upload.complete([small], { ChecksumSHA256: 'x' }), 'BadDigest');
  await refused(upload.part(0, second), 'InvalidArgument');
  await refused(upload.part(10_001, second), 'InvalidArgument');
  assert.equal((await upload.complete([small])).ChecksumType, 'COMPOSITE');
});

test('conditional completion', async () => {
  await s3.call('PutObject', { Bucket: 'bucket', Key: 'cond', Body: 'x' });
  const upload = await begin('cond');
  const parts = [await upload.part(1, second)];
  await refused(upload.complete(parts, { IfNoneMatch: '*' }), 'PreconditionFailed');
  await s3.call('DeleteObject', { Bucket: 'bucket', Key: 'cond' });
  const conflict = await refused(upload.complete(parts, { IfNoneMatch: '*' }), 'ConditionalRequestConflict');
  assert.equal(conflict.status, 409);
  await upload.complete(parts);
});

test('copied parts, aborted uploads, and lists of uploads', async () => {
  const upload = await begin('dir/copy');
  const copied = await s3.call('UploadPartCopy', {
    ...upload.ids,
    PartNumber: 1,
    CopySource: 'bucket/whole',
    CopySourceRange: 'bytes=10-5242889',
  });
  assert.equal(copied.CopyPartResult.ETag, `"${md5(whole.subarray(10, 5242890)).toString('hex')}"`);
  await refused(
    s3.call('UploadPartCopy', { ...upload.ids, PartNumber: 2, CopySource: 'bucket/whole', CopySourceRange: 'bytes=10-' }),
    'InvalidArgument',
  );
  const later = await begin('dir/copy');
  await begin('other');
  const list = (more: object = {}) => s3.call('ListMultipartUploads', { Bucket: 'bucket', ...more });
  const keys = (answer: Awaited<ReturnType<typeof list>>) => answer.Uploads.map((one: { UploadId: string }) => one.UploadId);
  assert.equal(keys(await list()).length, 3);
  assert.deepEqual(keys(await list({ Prefix: 'dir/' })), [upload.ids.UploadId, later.ids.UploadId]);
  const grouped = await list({ Delimiter: '/' });
  assert.deepEqual(grouped.CommonPrefixes, [{ Prefix: 'dir/' }]);
  const page = await list({ MaxUploads: 1 });
  assert.equal(page.IsTruncated, true);
  const next = await list({ KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker });
  assert.equal(keys(next).length, 2);
  await s3.call('AbortMultipartUpload', upload.ids);
  await refused(s3.call('AbortMultipartUpload', upload.ids), 'NoSuchUpload');
  await s3.call('DeleteBucket', { Bucket: 'bucket' }).catch((error) => assert.equal(error.code, 'BucketNotEmpty'));
});
