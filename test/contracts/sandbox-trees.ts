import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { randomIds, systemClock } from '../../src/kernel/index.ts';
import { createTrees, type TreeStore } from '../../src/sandbox/index.ts';

export interface ZipEntry {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly mode?: number;
}

export async function zipOf(entries: readonly ZipEntry[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, content, mode } of entries) zip.addBuffer(Buffer.from(content), name, { mode: mode ?? 0o100644 });
  zip.end();
  return buffer(zip.outputStream);
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A tree store in its own directory over archives kept in memory. */
export async function memoryTrees(limits: { quotaBytes?: number } = {}): Promise<{
  readonly trees: TreeStore;
  readonly directory: string;
  readonly add: (zip: Buffer) => Promise<string>;
  readonly close: () => Promise<void>;
}> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), `dalamb-trees-${randomBytes(3).toString('hex')}-`));
  await fs.chmod(directory, 0o755);
  const blobs = new Map<string, Buffer>();
  const trees = await createTrees({
    directory: path.join(directory, 'trees'),
    clock: systemClock,
    ids: randomIds,
    limits,
    readBlob: async (hash) =>
      (async function* () {
        yield blobs.get(hash)!;
      })(),
  });
  const add = async (zip: Buffer) => {
    blobs.set(sha256(zip), zip);
    await trees.prepare(sha256(zip));
    return sha256(zip);
  };
  return { trees, directory, add, close: () => fs.rm(directory, { recursive: true, force: true }) };
}

/** The two trees of the sandbox contract. */
export async function contractTrees(
  add: (zip: Buffer) => Promise<string>,
): Promise<{ one: string; two: string; add: typeof add }> {
  const one = await add(
    await zipOf([
      { name: 'hello.txt', content: 'one' },
      { name: 'sub/only-one', content: '' },
      { name: 'run.sh', content: '#!/bin/sh\necho ran\n', mode: 0o100755 },
    ]),
  );
  return { one, add, two: await add(await zipOf([{ name: 'hello.txt', content: 'two' }])) };
}
