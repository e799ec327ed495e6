import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

const list = (more: object = {}) => s3.call('ListMultipartUploads', { Bucket: 'bucket', ...more });
const idsOf = (answer: Awaited<ReturnType<typeof list>>) => answer.Uploads.map((one: { UploadId: string }) => one.UploadId);

test('by key, then by time, in pages and groups', async () => {
  const begin = async (Key: string) => (await s3.call('CreateMultipartUpload', { Bucket: 'bucket', Key })).UploadId;
  const late = await begin('z');
  const first = await begin('d/a');
  await new Promise((resolve) => setTimeout(resolve, 2));
  const second = await begin('d/a');
  assert.deepEqual(idsOf(await list()), [first, second, late]);
  assert.deepEqual(idsOf(await list({ Prefix: 'd/' })), [first, second]);
  const page = await list({ MaxUploads: 1 });
  assert.deepEqual([page.IsTruncated, page.NextKeyMarker, page.NextUploadIdMarker], [true, 'd/a', first]);
  assert.deepEqual(idsOf(await list({ KeyMarker: 'd/a', UploadIdMarker: first })), [second, late]);
  assert.deepEqual(idsOf(await list({ KeyMarker: 'd/a' })), [late]);
  const grouped = await list({ Delimiter: '/' });
  assert.deepEqual([grouped.CommonPrefixes, idsOf(grouped)], [[{ Prefix: 'd/' }], [late]]);
  await refused(list({ EncodingType: 'x' }), 'InvalidArgument');
});
