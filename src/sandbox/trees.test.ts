import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { ZipFile } from 'yazl';
import { type Clock, randomIds } from '../kernel/index.ts';
import { createTrees, type TreeOptions } from './trees.ts';

let directory: string;
let opened = 0;
before(async () => {
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-trees-'));
});
after(() => fs.rm(directory, { recursive: true, force: true }));

async function zip(fill: (zip: ZipFile) => void): Promise<Buffer> {
  const file = new ZipFile();
  fill(file);
  file.end();
  return buffer(file.outputStream);
}

const HASH = 'a'.repeat(64);
let now = 0;
const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => {} };

async function storeOf(bytes: Buffer, limits: TreeOptions['limits'] = {}) {
  const at = path.join(directory, `s${++opened}`);
  const readBlob = async () =>
    (async function* () {
      yield bytes;
    })();
  return { at, trees: await createTrees({ directory: at, clock, ids: randomIds, limits, readBlob }) };
}

test('unpacks files, directories and links with plain modes', async () => {
  const bytes = await zip((z) => {
    z.addBuffer(Buffer.from('x'.repeat(1000)), 'lib/a.txt', { mode: 0o100600 });
    z.addBuffer(Buffer.from('#!'), 'bin/run', { mode: 0o104711 });
    z.addBuffer(Buffer.from('../lib/a.txt'), 'bin/link', { mode: 0o120777 });
    z.addEmptyDirectory('empty', { mode: 0o040700 });
  });
  const { trees } = await storeOf(bytes);
  const before = process.umask(0o077);
  const [{ unpackedBytes }] = await Promise.all([trees.prepare(HASH), trees.prepare(HASH)]).finally(() => process.umask(before));
  assert.equal(unpackedBytes, 1014);
  const root = trees.path(HASH);
  const mode = async (name: string) => ((await fs.stat(path.join(root, name))).mode & 0o7777).toString(8);
  assert.deepEqual(await Promise.all(['', 'lib', 'lib/a.txt', 'bin/run', 'empty'].map(mode)), [
    '755',
    '755',
    '644',
    '755',
    '755',
  ]);
  assert.equal(await fs.readFile(path.join(root, 'bin/link'), 'utf8'), 'x'.repeat(1000));
});

test('a second start keeps whole trees and removes halves', async () => {
  const { at, trees } = await storeOf(await zip((z) => z.addBuffer(Buffer.from('x'), 'f')));
  await trees.prepare(HASH);
  await fs.mkdir(path.join(at, '.unpack-left'));
  await fs.mkdir(path.join(at, 'b'.repeat(64)));
  const again = await createTrees({ directory: at, clock, ids: randomIds, readBlob: () => assert.fail('it is there') });
  assert.deepEqual(await again.prepare(HASH), { unpackedBytes: 1 });
  assert.deepEqual((await fs.readdir(at)).sort(), [HASH, `${HASH}.json`]);
});

test('evicts the least recently used trees that nobody holds', async () => {
  const { at, trees } = await storeOf(await zip((z) => z.addBuffer(Buffer.alloc(1000), 'f')), { quotaBytes: 2500 });
  const [a, b, c, d] = ['1', '2', '3', '4'].map((digit) => digit.repeat(64)) as [string, string, string, string];
  await trees.prepare(a);
  now += 1000;
  await trees.prepare(b);
  const release = trees.hold(a);
  now += 60 * 60_000;
  await trees.prepare(c);
  assert.deepEqual((await fs.readdir(at)).filter((name) => !name.endsWith('.json')).sort(), [a, c]);
  assert.throws(() => trees.hold(b), { code: 'BlobMissing' });
  release();
  release();
  now += 60 * 60_000;
  await trees.prepare(d);
  assert.deepEqual((await fs.readdir(at)).filter((name) => !name.endsWith('.json')).sort(), [c, d]);
});

test('names that are no hashes are refused', async () => {
  const { trees } = await storeOf(Buffer.alloc(0));
  for (const name of ['..', '../x', HASH.toUpperCase(), '']) assert.throws(() => trees.path(name), { code: 'InvalidArchive' });
});
