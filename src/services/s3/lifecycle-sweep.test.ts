import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { manualClock } from '../../../test/support/clock.ts';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';
import { randomIds, silentLogger } from '../../kernel/index.ts';
import { createLifecycleSweep, sweepLifecycles } from './lifecycle-sweep.ts';

const DAY = 24 * 60 * 60 * 1000;
const clock = manualClock(Date.UTC(2026, 0, 1, 9));
let s3: S3Room;
before(async () => {
  s3 = await openS3({ clock });
  for (const Bucket of ['plain', 'kept', 'tidy', 'uploads', 'many']) await s3.call('CreateBucket', { Bucket });
  for (const Bucket of ['kept', 'tidy']) await enable(Bucket);
});
after(() => s3.close());

const enable = (Bucket: string) => s3.call('PutBucketVersioning', { Bucket, VersioningConfiguration: { Status: 'Enabled' } });
const rules = (Bucket: string, ...Rules: object[]) =>
  s3.call('PutBucketLifecycleConfiguration', {
    Bucket,
    LifecycleConfiguration: { Rules: Rules.map((one, at) => ({ ID: `rule ${at}`, Status: 'Enabled', Filter: {}, ...one })) },
  });
const put = (Bucket: string, Key: string, more: object = {}) => s3.call('PutObject', { Bucket, Key, Body: Key, ...more });
const keysOf = (entries: { Key: string }[]) => entries.map(({ Key }) => Key);
const keys = async (Bucket: string) => keysOf((await s3.call('ListObjectsV2', { Bucket })).Contents);
const counts = async (Bucket: string) => {
  const { Versions, DeleteMarkers } = await s3.call('ListObjectVersions', { Bucket });
  return [Versions.length, DeleteMarkers.length];
};

/** Looks over all buckets; time goes on while it pauses. */
async function sweep(): Promise<void> {
  const deps = { store: s3.store, clock, ids: randomIds, logger: silentLogger };
  let done = false;
  const swept = sweepLifecycles(deps, new AbortController().signal).then(() => {
    done = true;
  });
  while (!done) await clock.advance(5);
  await swept;
}

async function told(from: number) {
  return (await s3.events()).slice(from).map(({ body }) => [body.eventName, body.key, body.versionId !== undefined]);
}

test('objects end at the midnight after their days, by prefix, tags and size, and the end is told', async () => {
  await put('plain', 'logs/old');
  await put('plain', 'logs/large', { Body: 'x'.repeat(200) });
  await put('plain', 'tagged', { Tagging: 'a=b' });
  await put('plain', 'stays');
  await rules(
    'plain',
    { Filter: { And: { Prefix: 'logs/', ObjectSizeLessThan: 100 } }, Expiration: { Days: 1 } },
    { Filter: { Tag: { Key: 'a', Value: 'b' } }, Expiration: { Date: new Date(Date.UTC(2026, 0, 4)) } },
    { Status: 'Disabled', Expiration: { Days: 1 } },
  );
  const from = (await s3.events()).length;
  await clock.advance(DAY);
  await sweep();
  assert.equal((await keys('plain')).length, 4);
  await clock.advance(DAY);
  await sweep();
  assert.deepEqual(await keys('plain'), ['logs/large', 'stays', 'tagged']);
  await clock.advance(DAY);
  await sweep();
  assert.deepEqual(await keys('plain'), ['logs/large', 'stays']);
  assert.deepEqual(await told(from), [
    ['LifecycleExpiration:Delete', 'logs/old', false],
    ['LifecycleExpiration:Delete', 'tagged', false],
  ]);
  const { body } = (await s3.events()).at(-1)!;
  assert.deepEqual([body.principalId, body.sourceIp, body.size], ['s3.amazonaws.com', 's3.amazonaws.com', undefined]);
});

test('with versions a marker is made, then old versions go, then the marker that is alone', async () => {
  for (let nth = 0; nth < 3; nth++) await put('kept', 'k');
  await rules(
    'kept',
    { Expiration: { Days: 10 } },
    { NoncurrentVersionExpiration: { NoncurrentDays: 2, NewerNoncurrentVersions: 1 } },
  );
  const from = (await s3.events()).length;
  await clock.advance(3 * DAY);
  await sweep();
  assert.deepEqual(await counts('kept'), [2, 0], 'one of two noncurrent versions is kept');
  await clock.advance(8 * DAY);
  await sweep();
  assert.deepEqual(
    await counts('kept'),
    [2, 1],
    'what became noncurrent just now is the one that is kept, the other still counts',
  );
  await rules(
    'kept',
    { NoncurrentVersionExpiration: { NoncurrentDays: 2 } },
    { Expiration: { ExpiredObjectDeleteMarker: true } },
  );
  await sweep();
  assert.deepEqual(await counts('kept'), [1, 1], 'what became noncurrent just now stays for its days');
  await clock.advance(3 * DAY);
  await sweep();
  await clock.advance(DAY);
  await sweep();
  assert.deepEqual(await counts('kept'), [0, 0]);
  assert.deepEqual(await told(from), [
    ['LifecycleExpiration:Delete', 'k', true],
    ['LifecycleExpiration:DeleteMarkerCreated', 'k', true],
    ['LifecycleExpiration:Delete', 'k', true],
    ['LifecycleExpiration:Delete', 'k', true],
    ['LifecycleExpiration:Delete', 'k', true],
  ]);
});

test('markers above other versions are not alone', async () => {
  await put('tidy', 'a');
  await s3.call('DeleteObject', { Bucket: 'tidy', Key: 'a' });
  await s3.call('DeleteObject', { Bucket: 'tidy', Key: 'b' });
  await rules('tidy', { Expiration: { ExpiredObjectDeleteMarker: true } });
  await sweep();
  assert.deepEqual(keysOf((await s3.call('ListObjectVersions', { Bucket: 'tidy' })).DeleteMarkers), ['a']);
});

test('uploads that nobody completed are aborted', async () => {
  const begin = async (Key: string) => (await s3.call('CreateMultipartUpload', { Bucket: 'uploads', Key })).UploadId;
  const UploadId = await begin('in/a');
  await s3.call('UploadPart', { Bucket: 'uploads', Key: 'in/a', UploadId, PartNumber: 1, Body: 'part' });
  await begin('out/a');
  await rules('uploads', { Filter: { Prefix: 'in/' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } });
  await clock.advance(3 * DAY);
  await sweep();
  assert.deepEqual(keysOf((await s3.call('ListMultipartUploads', { Bucket: 'uploads' })).Uploads), ['out/a']);
  await refused(s3.call('ListParts', { Bucket: 'uploads', Key: 'in/a', UploadId }), 'NoSuchUpload');
});

test('many objects go in batches; a bucket is looked over once a day', async () => {
  for (let nth = 0; nth < 250; nth++) await put('many', `k${nth}`);
  await rules('many', { Expiration: { Days: 1 } });
  await clock.advance(3 * DAY);
  await put('many', 'new');
  await sweep();
  assert.deepEqual(await keys('many'), ['new']);
  await s3.call('DeleteObject', { Bucket: 'many', Key: 'new' });
  await put('many', 'passed');
  const from = (await s3.events()).length;
  await sweep();
  assert.deepEqual(await told(from), []);
  await clock.advance(3 * DAY);
  await sweep();
  assert.deepEqual(await told(from), [['LifecycleExpiration:Delete', 'passed', false]]);
});

test('a round comes every minute until it is stopped, whatever a round meets', async () => {
  const own = manualClock();
  let reads = 0;
  const range = async () => {
    reads += 1;
    throw new TypeError('the store is closed');
  };
  const service = createLifecycleSweep({ store: { read: { range } }, clock: own, ids: randomIds, logger: silentLogger } as never);
  await service.start();
  await own.advance(60_000);
  await own.advance(60_000);
  assert.equal(reads, 2);
  await service.stop(AbortSignal.abort());
  await own.advance(600_000);
  assert.equal(reads, 2);
});
