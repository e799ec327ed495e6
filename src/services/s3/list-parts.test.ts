import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
let ids: { Bucket: string; Key: string; UploadId: string };
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
  const { UploadId } = await s3.call('CreateMultipartUpload', { Bucket: 'bucket', Key: 'mp' });
  ids = { Bucket: 'bucket', Key: 'mp', UploadId };
});
after(() => s3.close());

test('pages by number', async () => {
  for (const PartNumber of [12, 3, 7]) await s3.call('UploadPart', { ...ids, PartNumber, Body: String(PartNumber) });
  const list = (more: object = {}) => s3.call('ListParts', { ...ids, ...more });
  const page = await list({ MaxParts: 2 });
  const numbers = (answer: typeof page) => answer.Parts.map((one: { PartNumber: number }) => one.PartNumber);
  assert.deepEqual([numbers(page), page.IsTruncated, page.NextPartNumberMarker], [[3, 7], true, '7']);
  const rest = await list({ PartNumberMarker: '7' });
  assert.deepEqual([numbers(rest), rest.IsTruncated], [[12], false]);
  assert.deepEqual(numbers(await list({ MaxParts: 0 })), []);
  await refused(list({ PartNumberMarker: 'x' }), 'InvalidArgument');
  await refused(list({ UploadId: 'nonsense' }), 'NoSuchUpload');
});
