import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

const put = (Key: string) => s3.call('PutObject', { Bucket: 'bucket', Key, Body: Key });
const remove = (Objects: object[], more: object = {}) =>
  s3.call('DeleteObjects', { Bucket: 'bucket', Delete: { Objects, ...more } });

test('one verdict and one event for each key', async () => {
  await Promise.all(['a', 'b', 'c'].map(put));
  const before = (await s3.events()).length;
  const answer = await remove([{ Key: 'a' }, { Key: 'missing' }, { Key: 'b', ETag: '"x"' }, { Key: 'c', VersionId: 'x' }]);
  assert.deepEqual(
    answer.Deleted.map((one: { Key: string }) => one.Key),
    ['a', 'missing'],
  );
  assert.deepEqual(
    answer.Errors.map((one: { Key: string; Code: string }) => [one.Key, one.Code]),
    [
      ['b', 'PreconditionFailed'],
      ['c', 'InvalidArgument'],
    ],
  );
  const events = (await s3.events()).slice(before).map(({ body }) => body);
  assert.deepEqual(
    events.map(({ eventName, key }) => [eventName, key]),
    [['ObjectRemoved:Delete', 'a']],
  );
  assert.equal('size' in events[0]!, false);
});

test('quiet says only what failed; empty and long lists are malformed', async () => {
  await put('q');
  assert.deepEqual((await remove([{ Key: 'q' }], { Quiet: true })).Deleted, []);
  await refused(remove([]), 'MalformedXML');
  await refused(remove(Array.from({ length: 1001 }, (_, n) => ({ Key: `k${n}` }))), 'MalformedXML');
});
