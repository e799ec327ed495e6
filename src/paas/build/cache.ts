import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { bug, type Clock, type Ids, MIB } from '../../kernel/index.ts';
import { unlessAborted } from './refusals.ts';
import { readPart, type Tree } from './trees.ts';
import { type PackedEntry, writePart, type ZipPart } from './zip.ts';

/** A part that is lent: close it after use. */
export interface LentPart extends ZipPart {
  close(): Promise<void>;
}

/** Installed dependencies, packed, by the hash of all that they follow from. Shared by all applications of the platform. */
export interface PartCache {
  /** The part of that key; makes it when it is not there. Whoever asks meanwhile waits for the same, until the signal aborts. */
  have(key: string, signal: AbortSignal, make: () => Promise<Made>): Promise<LentPart>;
}

export interface Made {
  readonly tree: Tree;
  close(): Promise<void>;
}

export interface CacheOptions {
  /** Made when missing. */
  readonly directory: string;
  readonly quotaMiB: number;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** The hash that names what follows from these facts. */
export function keyOf(facts: unknown): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

const TRIES = 20;
const CHUNK = 1024 * 1024;
const HEAD = 12;
const MAGIC = 'DLPK';
const SUM = 32;

/**
 * One file for each part: 4 bytes of magic, 8 of the length of the part, the part, the SHA-256 of part and table, the table of entries as
 * JSON. It is checked as a whole when it is opened: one that was cut or changed is made again.
 */
export function createPartCache({ directory, quotaMiB, clock, ids }: CacheOptions): PartCache {
  const making = new Map<string, Promise<void>>();
  const fileOf = (key: string) => path.join(directory, `${key}.pack`);
  const open = async (key: string) => {
    const found = await openPart(fileOf(key));
    if (found) await found.file.utimes(new Date(clock.now()), new Date(clock.now()));
    return found;
  };
  const make = async (key: string, fill: () => Promise<Made>) => {
    const made = await fill();
    const beside = path.join(directory, `.new-${ids.hex(8)}`);
    try {
      await writeFile(beside, made.tree);
      await fs.rename(beside, fileOf(key));
      await evict(directory, quotaMiB * MIB, `${key}.pack`);
    } finally {
      await made.close();
      await fs.rm(beside, { force: true });
    }
  };
  return {
    async have(key, signal, fill) {
      for (let tries = 0; ; tries++) {
        const found = await open(key);
        if (found) return found;
        if (tries >= TRIES) throw bug('what was packed cannot be opened');
        const running = making.get(key);
        // Another's failure is not ours: its signal may have ended it.
        if (running)
          await unlessAborted(
            signal,
            running.catch(() => {}),
          );
        else {
          const started = make(key, fill).finally(() => making.delete(key));
          making.set(key, started);
          await started;
        }
      }
    },
  };
}

async function writeFile(name: string, tree: Tree): Promise<void> {
  const file = await fs.open(name, 'wx+', 0o600);
  try {
    const part = await writePart(file, tree.values(), HEAD);
    const table = Buffer.from(JSON.stringify(part.entries));
    const head = Buffer.alloc(HEAD);
    head.write(MAGIC, 'latin1');
    head.writeBigUInt64BE(BigInt(part.length), 4);
    await file.write(head, 0, HEAD, 0);
    const sum = await sumOf(file, part.length, table);
    await file.writev([sum, table], HEAD + part.length);
  } finally {
    await file.close();
  }
}

async function sumOf(file: fs.FileHandle, length: number, table: Uint8Array): Promise<Buffer> {
  const hash = createHash('sha256');
  for (let at = 0; at < length; at += CHUNK) hash.update(await readPart(file, HEAD + at, Math.min(CHUNK, length - at)));
  return hash.update(table).digest();
}

/** Undefined when it is not there, or not whole. */
async function openPart(name: string): Promise<LentPart | undefined> {
  let file: fs.FileHandle;
  try {
    file = await fs.open(name, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const found = await readTable(file).catch(() => undefined);
  if (found) return { file, start: HEAD, ...found, close: () => file.close() };
  await file.close();
  await fs.rm(name, { force: true });
  return undefined;
}

async function readTable(file: fs.FileHandle): Promise<{ length: number; entries: PackedEntry[] } | undefined> {
  const { size } = await file.stat();
  const head = await readPart(file, 0, HEAD);
  const length = Number(head.readBigUInt64BE(4));
  const tail = size - HEAD - length - SUM;
  if (head.toString('latin1', 0, 4) !== MAGIC || tail < 2) return undefined;
  const sum = await readPart(file, HEAD + length, SUM);
  const table = await readPart(file, HEAD + length + SUM, tail);
  if (!sum.equals(await sumOf(file, length, table))) return undefined;
  return { length, entries: JSON.parse(table.toString()) };
}

/** Removes what was not used for longest until the quota holds; one that is lent stays readable until it is given back. */
async function evict(directory: string, quota: number, keep: string): Promise<void> {
  const names = (await fs.readdir(directory)).filter((name) => name.endsWith('.pack'));
  const files = await Promise.all(
    names.map(async (name) => {
      const status = await fs.stat(path.join(directory, name)).catch(() => undefined);
      return { name, bytes: status?.size ?? 0, used: status?.mtimeMs ?? 0 };
    }),
  );
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { name, bytes } of files.filter((one) => one.name !== keep).sort((a, b) => a.used - b.used)) {
    if (total <= quota) return;
    await fs.rm(path.join(directory, name), { force: true });
    total -= bytes;
  }
}
