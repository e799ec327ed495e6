import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unzipped, zipOf } from '../../../test/support/archives.ts';
import { patchZip, readDirectory } from './patch-zip.ts';

const names = fc.constantFrom('a.js', 'b.js', 'lib/c.js', 'ü/d.txt', 'e');
const files = fc.dictionary(names, fc.string({ maxLength: 50 }));

test('a patched zip has what it had, what was put and not what was removed; also when it is patched again', async () => {
  const property = fc.asyncProperty(files, files, fc.uniqueArray(names), async (before, put, gone) => {
    const zip = await zipOf(before);
    const remove = gone.filter((name) => !Object.hasOwn(put, name));
    const puts = Object.entries(put).map(([name, text]) => ({ name, bytes: Buffer.from(text), kind: 'file' as const }));
    const patched = patchZip(zip, readDirectory(zip)!, { put: puts, remove });
    const wanted: Record<string, string> = { ...before, ...put };
    for (const name of remove) delete wanted[name];
    assert.deepEqual(await unzipped(patched), wanted);
    const again = patchZip(patched, readDirectory(patched)!, { put: [], remove: Object.keys(wanted) });
    assert.deepEqual(await unzipped(again), {});
  });
  await fc.assert(property, { numRuns: 50 });
});

test('what is no zip, or was cut, is not read', async () => {
  const zip = await zipOf({ 'a.js': 'a', 'b.js': 'b' });
  for (const wrong of [Buffer.alloc(0), Buffer.from('no zip'), zip.subarray(0, -1), zip.subarray(40), Buffer.alloc(1000)])
    assert.equal(readDirectory(wrong), undefined);
  const lying = Buffer.from(zip);
  lying.writeUInt16LE(9, lying.length - 12);
  assert.equal(readDirectory(lying), undefined);
  const large = Buffer.from(zip);
  large.writeUInt32LE(0xffffffff, large.length - 6);
  assert.equal(readDirectory(large), undefined);
});
