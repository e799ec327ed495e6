import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { openS3, type S3Room, textOf } from '../../../test/support/s3-room.ts';

let s3: S3Room;
let buckets = 0;
before(async () => {
  s3 = await openS3();
});
after(() => s3.close());

/** A version as the simplest model of S3 has it: newest first, without body a delete marker. */
interface Modelled {
  readonly id: string;
  readonly body?: string;
}

type Step = readonly [verb: 'put' | 'delete' | 'remove' | 'Enabled' | 'Suspended', key: string, nth: number];

const steps = fc.array(
  fc.tuple(
    fc.constantFrom('put', 'put', 'put', 'delete', 'remove', 'Enabled', 'Suspended'),
    fc.constantFrom('a', 'a/b', 'b'),
    fc.nat(6),
  ),
  { maxLength: 25 },
) as fc.Arbitrary<Step[]>;

/** Plays steps against a bucket and against the model, which says what the bucket must hold. */
async function play(Bucket: string, wanted: readonly Step[]): Promise<Map<string, Modelled[]>> {
  const model = new Map<string, Modelled[]>();
  let state: string | undefined;
  for (const [step, [verb, Key, nth]] of wanted.entries()) {
    const kept = model.get(Key) ?? [];
    const others = state === 'Enabled' ? kept : kept.filter(({ id }) => id !== 'null');
    if (verb === 'Enabled' || verb === 'Suspended') {
      await s3.call('PutBucketVersioning', { Bucket, VersioningConfiguration: { Status: verb } });
      state = verb;
    } else if (verb === 'put') {
      const body = `body ${step}`;
      const { VersionId = 'null' } = await s3.call('PutObject', { Bucket, Key, Body: body });
      model.set(Key, [{ id: VersionId, body }, ...others]);
    } else if (verb === 'delete') {
      const { VersionId } = await s3.call('DeleteObject', { Bucket, Key });
      model.set(Key, state === undefined ? [] : [{ id: VersionId }, ...others]);
    } else {
      const { id } = kept[nth % Math.max(kept.length, 1)] ?? { id: 'null' };
      await s3.call('DeleteObject', { Bucket, Key, VersionId: id });
      model.set(
        Key,
        kept.filter((one) => one.id !== id),
      );
    }
  }
  return model;
}

async function listed(Bucket: string, MaxKeys: number) {
  const found: unknown[] = [];
  for (let next: object | undefined = {}; next; ) {
    const page = await s3.call('ListObjectVersions', { Bucket, MaxKeys, ...next });
    const all = [...page.Versions, ...page.DeleteMarkers];
    assert.ok(all.length <= MaxKeys);
    found.push(...all.map((one) => [one.Key, one.VersionId, one.IsLatest, one.Size !== undefined]));
    next = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
  }
  return found;
}

async function read(Bucket: string, Key: string, VersionId?: string): Promise<string> {
  try {
    return await textOf((await s3.call('GetObject', { Bucket, Key, VersionId })).Body);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('random writes and deletes leave what a model says: latest, versions, lists in pages of any size', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), async (wanted, pageSize) => {
      const Bucket = `model-${buckets++}`;
      await s3.call('CreateBucket', { Bucket });
      const model = await play(Bucket, wanted);
      const expected: unknown[] = [];
      for (const [Key, kept] of [...model].sort()) {
        const [latest] = kept;
        assert.equal(await read(Bucket, Key), latest?.body ?? 'NoSuchKey');
        for (const { id, body } of kept) assert.equal(await read(Bucket, Key, id), body ?? 'MethodNotAllowed');
        expected.push(...kept.map(({ id, body }, at) => [Key, id, at === 0, body !== undefined]));
      }
      const sorted = (all: unknown[]) => all.map((one) => JSON.stringify(one)).sort();
      assert.deepEqual(sorted(await listed(Bucket, pageSize)), sorted(expected));
    }),
    { numRuns: 40 },
  );
});

test('those who delete page by page reach the end, whatever the marker named', async () => {
  const Bucket = 'page-by-page';
  await s3.call('CreateBucket', { Bucket });
  await s3.call('PutObject', { Bucket, Key: 'k', Body: 'null' });
  await s3.call('PutBucketVersioning', { Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  for (let nth = 0; nth < 6; nth++) await s3.call('PutObject', { Bucket, Key: nth % 2 ? 'k' : 'l', Body: String(nth) });
  let rounds = 0;
  for (let next: object | undefined = {}; next; rounds++) {
    const page = await s3.call('ListObjectVersions', { Bucket, MaxKeys: 2, ...next });
    const Objects = page.Versions.map(({ Key, VersionId }: Record<string, string>) => ({ Key, VersionId }));
    await s3.call('DeleteObjects', { Bucket, Delete: { Objects } });
    next = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
  }
  assert.equal(rounds, 4);
  await s3.call('DeleteBucket', { Bucket });
});

test('content is dropped with its last version: parts, blobs, all', async () => {
  const Bucket = 'contents';
  await s3.call('CreateBucket', { Bucket });
  await s3.call('PutBucketVersioning', { Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  const { UploadId } = await s3.call('CreateMultipartUpload', { Bucket, Key: 'k' });
  const { ETag } = await s3.call('UploadPart', { Bucket, Key: 'k', UploadId, PartNumber: 1, Body: 'part' });
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  const { VersionId } = await s3.call('CompleteMultipartUpload', { Bucket, Key: 'k', UploadId, MultipartUpload });
  await s3.call('PutObject', { Bucket, Key: 'k', Body: 'newer' });
  assert.equal(await read(Bucket, 'k', VersionId), 'part');
  const whole = await s3.read({ account: '000000000000', region: 'us-east-1' }, Bucket, 'k', VersionId);
  assert.equal(whole.size, 4);
  await s3.call('DeleteObject', { Bucket, Key: 'k', VersionId });
  assert.equal(await read(Bucket, 'k', VersionId), 'NoSuchVersion');
});
