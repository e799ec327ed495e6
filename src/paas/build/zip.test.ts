import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { fromBufferPromise } from 'yauzl';
import { randomIds } from '../../kernel/index.ts';
import { openNameless, type TreeEntry } from './trees.ts';
import { unpacked, writePart, type ZipPart, zipOf } from './zip.ts';

function entry(name: string, content: string, more: Partial<TreeEntry> = {}): TreeEntry {
  const bytes = Buffer.from(content);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const facts = { path: name, kind: 'file', executable: false, size: bytes.length, crc: crc32(bytes), sha256 } as const;
  return { ...facts, read: async () => bytes, ...more };
}

async function partOf(t: TestContext, entries: readonly TreeEntry[], start = 0): Promise<ZipPart> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-zip-'));
  const file = await openNameless(directory, randomIds);
  t.after(async () => {
    await file.close();
    fs.rmSync(directory, { recursive: true });
  });
  return writePart(file, entries, start);
}

async function bytesOf(parts: readonly ZipPart[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of zipOf(parts)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function contentsOf(zip: Buffer): Promise<Record<string, string>> {
  const opened = await fromBufferPromise(zip, { lazyEntries: true, strictFileNames: true, validateEntrySizes: true });
  const found: Record<string, string> = {};
  for await (const one of opened.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await opened.openReadStreamPromise(one)) chunks.push(chunk);
    found[one.fileName] = Buffer.concat(chunks).toString();
  }
  return found;
}

test('what is packed is what a reader of zips finds, in order of names, whatever the names and contents are', async (t) => {
  const name = fc.stringMatching(/^[a-zé+ -]{1,5}(\/[a-z]{1,3})?$/).filter((one) => !one.endsWith(' '));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, fc.string({ maxLength: 400 })), async (files) => {
      const names = Object.keys(files).filter((one) => !Object.keys(files).some((other) => other.startsWith(`${one}/`)));
      const part = await partOf(
        t,
        names.map((one) => entry(one, files[one]!)),
        12,
      );
      const found = await contentsOf(await bytesOf([part]));
      assert.deepEqual(Object.keys(found), names.sort());
      for (const one of names) assert.equal(found[one], files[one]);
      for (const [one, packed] of unpacked(part)) assert.equal((await packed.read()).toString(), files[one]);
    }),
    { numRuns: 30 },
  );
});

test('of two parts the first one’s files hold, and nothing of the second lies below or above them', async (t) => {
  const own = await partOf(t, [entry('a', 'own'), entry('b/c', 'own')]);
  const other = await partOf(t, [
    entry('a', 'other'),
    entry('a/x', 'other'),
    entry('b', 'other'),
    entry('d', 'other'),
    entry('b/e', 'other'),
  ]);
  const found = await contentsOf(await bytesOf([own, other]));
  assert.deepEqual(found, { a: 'own', 'b/c': 'own', 'b/e': 'other', d: 'other' });
});

test('other programs unpack it too: modes, links, one time for all', async (t) => {
  const part = await partOf(t, [
    entry('run.sh', '#!/bin/sh\n', { executable: true }),
    entry('deep/data.txt', 'x'.repeat(100_000)),
    entry('link', 'deep/data.txt', { kind: 'link' }),
  ]);
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-unzip-'));
  t.after(() => fs.rmSync(directory, { recursive: true }));
  await fsp.writeFile(path.join(directory, 'a.zip'), await bytesOf([part]));
  const script =
    'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print([(i.filename, oct(i.external_attr >> 16), i.date_time[0]) for i in z.infolist()])';
  const said = execFileSync('python3', ['-c', script, path.join(directory, 'a.zip')], { encoding: 'utf8' });
  assert.equal(said.trim(), "[('deep/data.txt', '0o100644', 1980), ('link', '0o120777', 1980), ('run.sh', '0o100755', 1980)]");
});

test('what no function may have is refused before anything is stored', async (t) => {
  const part = await partOf(t, [entry('a', 'x')]);
  const huge = { ...part, entries: [{ ...part.entries[0]!, size: 300_000_000 }] };
  await assert.rejects(bytesOf([huge]), { code: 'BuildFailed', message: /287 MiB; a function may have 250 MiB/ });
  const many = { ...part, entries: Array.from({ length: 70_000 }, (_, i) => ({ ...part.entries[0]!, path: `f${i}` })) };
  await assert.rejects(bytesOf([many]), { code: 'BuildFailed', message: /more than 65535 files/ });
});

test('many small files are put together without holding up the platform', async (t) => {
  const content = 'exports.a = 1;';
  const part = await partOf(t, [entry('a', content)]);
  const entries = Array.from({ length: 60_000 }, (_, i) => ({
    ...part.entries[0]!,
    path: `node_modules/p${i % 300}/lib/f${i}.js`,
  }));
  const began = performance.now();
  const zip = await bytesOf([part, { ...part, entries }]);
  assert.ok(zip.length > 60_000 * 46 && performance.now() - began < 30_000, `${performance.now() - began} ms`);
});
