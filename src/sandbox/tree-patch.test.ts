import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { zipOf } from '../../test/support/archives.ts';
import { type Clock, randomIds } from '../kernel/index.ts';
import { createTrees } from './trees.ts';

const BASE = 'a'.repeat(64);
const FIRST = 'b'.repeat(64);
const SECOND = 'c'.repeat(64);
const MINUTES = 60_000;

async function storeOf(t: TestContext, quotaBytes?: number) {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-patch-'));
  t.after(() => fs.rm(directory, { recursive: true }));
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => {} };
  const bytes = await zipOf({ 'index.js': 'one', 'lib/a.js': 'a' });
  let read = 0;
  const readBlob = async () => {
    read++;
    return (async function* () {
      yield bytes;
    })();
  };
  const limits = quotaBytes === undefined ? {} : { quotaBytes };
  const trees = await createTrees({ directory, clock, ids: randomIds, limits, readBlob });
  const later = (ms: number) => {
    now += ms;
  };
  return { trees, directory, later, reads: () => read };
}

const file = (name: string, text = 'two') => ({ name, bytes: Buffer.from(text), executable: name.startsWith('bin/') });

test('a derived tree is its base with files over it, and needs no archive', async (t) => {
  const { trees, reads } = await storeOf(t);
  assert.equal(await trees.derive(FIRST, { base: BASE, files: [file('index.js')] }), false);
  await trees.prepare(BASE);
  assert.equal(await trees.derive(FIRST, { base: BASE, files: [file('index.js'), file('bin/x/run', '#!')] }), true);
  assert.deepEqual(await trees.prepare(FIRST), { unpackedBytes: 9 });
  assert.equal(reads(), 1);
  const [base, patch] = trees.parts(FIRST);
  assert.deepEqual([base, trees.parts(BASE), trees.path(FIRST)], [BASE, [BASE], trees.path(BASE)]);
  assert.equal(await fs.readFile(path.join(trees.path(patch!), 'index.js'), 'utf8'), 'two');
  assert.equal(((await fs.stat(path.join(trees.path(patch!), 'bin/x/run'))).mode & 0o777).toString(8), '755');
  assert.equal(await trees.derive(SECOND, { base: FIRST, files: [] }), false);
});

test('names that lead out or clash are refused, and nothing is left', async (t) => {
  const { trees, directory } = await storeOf(t);
  await trees.prepare(BASE);
  const before = (await fs.readdir(directory)).sort();
  for (const names of [['../x'], ['/x'], ['a/../x'], ['a//x'], [''], ['a\\b'], ['a', 'a/b'], ['a/b', 'a'], ['a', 'a']])
    await assert.rejects(trees.derive(FIRST, { base: BASE, files: names.map((name) => file(name)) }), { code: 'InvalidArchive' });
  assert.deepEqual((await fs.readdir(directory)).sort(), before);
  assert.deepEqual(trees.parts(FIRST), [FIRST]);
});

test('what is derived holds its base; only the last one over a base is kept', async (t) => {
  const { trees, later, directory } = await storeOf(t, 1);
  await trees.prepare(BASE);
  await trees.derive(FIRST, { base: BASE, files: [file('index.js')] });
  const release = trees.hold(FIRST);
  later(6 * MINUTES);
  await trees.derive(SECOND, { base: BASE, files: [file('index.js', 'three')] });
  assert.equal(trees.parts(FIRST).length, 2);
  release();
  later(6 * MINUTES);
  await trees.derive('d'.repeat(64), { base: BASE, files: [] });
  assert.deepEqual([trees.parts(FIRST).length, trees.parts(SECOND).length], [1, 1]);
  assert.ok((await fs.readdir(directory)).includes(BASE));
  assert.throws(() => trees.hold(FIRST), { code: 'BlobMissing' });
});

test('names that are gone do not show, nor what was in them; the base stays as it was', async (t) => {
  const { trees, reads, directory } = await storeOf(t);
  await trees.prepare(BASE);
  const gone = { base: BASE, files: [file('index.js'), file('lib', 'a file now')], removed: ['lib'] };
  assert.equal(await trees.derive(FIRST, gone), true);
  const [merged, patch] = trees.parts(FIRST).map((hash) => trees.path(hash)) as [string, string];
  assert.deepEqual([await fs.readdir(merged), (await fs.readdir(patch)).sort()], [['index.js'], ['index.js', 'lib']]);
  assert.deepEqual((await fs.readdir(trees.path(BASE))).sort(), ['index.js', 'lib']);
  const before = await fs.readdir(directory);
  assert.equal(await trees.derive(SECOND, { ...gone, files: [] }), true);
  assert.equal(trees.parts(SECOND)[0], trees.parts(FIRST)[0], 'the same names are taken away once');
  assert.equal((await fs.readdir(directory)).length, before.length + 2);
  assert.equal(reads(), 1);
  assert.equal(await trees.derive('d'.repeat(64), { base: FIRST, files: [], removed: ['lib'] }), false);
});
