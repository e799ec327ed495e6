import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { type Answer, openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';
import { afterPrefix, commonPrefix } from '../../model/index.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
});
after(() => s3.close());

async function bucketOf(name: string, keys: readonly string[]): Promise<string> {
  await s3.call('CreateBucket', { Bucket: name });
  await Promise.all(keys.map((Key) => s3.call('PutObject', { Bucket: name, Key, Body: '' })));
  return name;
}

const list = (Bucket: string, more: object = {}, operation = 'ListObjectsV2') => s3.call(operation, { Bucket, ...more });
const keysOf = (answer: Answer) => answer.Contents.map((one: { Key: string }) => one.Key);
const prefixesOf = (answer: Answer) => answer.CommonPrefixes.map((one: { Prefix: string }) => one.Prefix);

/** All pages, as one list of keys and prefixes. */
async function pages(Bucket: string, MaxKeys: number, more: object): Promise<string[]> {
  const seen: string[] = [];
  for (let ContinuationToken: string | undefined; ; ) {
    const page = await list(Bucket, { MaxKeys, ContinuationToken, ...more });
    seen.push(...[...keysOf(page), ...prefixesOf(page)].sort(byBytes));
    assert.equal(page.KeyCount, page.Contents.length + page.CommonPrefixes.length);
    if (!page.IsTruncated) return seen;
    ContinuationToken = page.NextContinuationToken;
  }
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('keys come in UTF-8 byte order, which UTF-16 order is not', async () => {
  const keys = ['\u{1f600}', '\uff5e', 'z', 'Z', 'é', 'a/b', 'a.b'];
  const name = await bucketOf('order', keys);
  assert.deepEqual(keysOf(await list(name)), keys.toSorted(byBytes));
});

test('a delimiter groups, and what is below a group is skipped over', async () => {
  const name = await bucketOf('groups', ['a/1', 'a/2', 'b', 'c/1/x', 'c/2', 'd']);
  const all = await list(name, { Delimiter: '/' });
  assert.deepEqual(
    [keysOf(all), prefixesOf(all)],
    [
      ['b', 'd'],
      ['a/', 'c/'],
    ],
  );
  const below = await list(name, { Delimiter: '/', Prefix: 'c/' });
  assert.deepEqual([keysOf(below), prefixesOf(below)], [['c/2'], ['c/1/']]);
  assert.deepEqual(await pages(name, 1, { Delimiter: '/' }), ['a/', 'b', 'c/', 'd']);
  assert.deepEqual(keysOf(await list(name, { StartAfter: 'b' })), ['c/1/x', 'c/2', 'd']);
  const first = await list(name, { Delimiter: '/', MaxKeys: 1 }, 'ListObjects');
  assert.equal(first.NextMarker, 'a/');
  const second = await list(name, { Delimiter: '/', MaxKeys: 1, Marker: 'a/' }, 'ListObjects');
  assert.deepEqual(keysOf(second), ['b']);
});

test('limits, tokens and encoding', async () => {
  const name = await bucketOf('encoded', ['a b+c/ü&(x)']);
  const answer = await list(name, { EncodingType: 'url', Prefix: 'a b' });
  assert.deepEqual([keysOf(answer), answer.Prefix, answer.EncodingType], [['a+b%2Bc/%C3%BC%26%28x%29'], 'a+b', 'url']);
  const none = await list(name, { MaxKeys: 0 });
  assert.deepEqual([none.KeyCount, none.IsTruncated], [0, false]);
  assert.equal((await list(name, { MaxKeys: 5000 })).MaxKeys, 1000);
  const wrong = await refused(list(name, { ContinuationToken: 'nonsense!' }), 'InvalidArgument');
  assert.equal(wrong.message, 'The continuation token provided is incorrect');
  await refused(list(name, { EncodingType: 'base64' }), 'InvalidArgument');
  await refused(list(name, { MaxKeys: -1 }), 'InvalidArgument');
});

test('any keys, prefix, delimiter and page size give what a full scan would', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', '\u{10ffff}', '\ud7ff', 'é'), minLength: 1, maxLength: 5 });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(text, { maxLength: 25 }),
      fc.string({ unit: fc.constantFrom('a', '/', '\u{10ffff}'), maxLength: 2 }),
      fc.constantFrom(undefined, '/', '-a', '\u{10ffff}'),
      fc.integer({ min: 1, max: 4 }),
      async (keys, Prefix, Delimiter, size) => {
        run += 1;
        const name = await bucketOf(`property-${run}`, keys);
        const expected = new Set(
          keys.filter((key) => key.startsWith(Prefix)).map((key) => commonPrefix(key, Prefix, Delimiter) ?? key),
        );
        assert.deepEqual(await pages(name, size, { Prefix, Delimiter }), [...expected].sort(byBytes));
      },
    ),
    { numRuns: 25 },
  );
});

test('the text after a prefix bounds it from above', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary' }), (prefix, more) => {
      const bound = afterPrefix(prefix);
      if (bound === undefined) return;
      assert.ok(byBytes(prefix + more, bound) < 0);
      assert.ok(!bound.startsWith(prefix));
    }),
  );
});
