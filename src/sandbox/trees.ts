import { createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Clock, fail, type Ids, MIB } from '../kernel/index.ts';
import { unpack } from './archive.ts';

/** Unpacked code, one read-only directory for each content hash. */
export interface TreeStore {
  /** Unpacks the stored zip unless it is there. Rejects with InvalidArchive, ArchiveTooLarge, BlobMissing. */
  prepare(hash: string): Promise<{ readonly unpackedBytes: number }>;
  /** Where a prepared tree lies. */
  path(hash: string): string;
  /** Keeps a tree from being evicted until the returned function is called. */
  hold(hash: string): () => void;
}

export interface TreeOptions {
  /** DATA/trees; created when missing. */
  readonly directory: string;
  readonly readBlob: (hash: string) => Promise<AsyncIterable<Uint8Array>>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limits?: { readonly quotaBytes?: number; readonly unpackedBytes?: number; readonly entries?: number };
}

/** AWS's limits on a function's code: 262,144,000 bytes unzipped (spec: deployment package quota). */
export const UNPACKED_LIMIT = 262_144_000;
const ENTRY_LIMIT = 100_000;
const KEEP_MS = 5 * 60_000;
const HASH = /^[0-9a-f]{64}$/;

interface Known {
  readonly bytes: number;
  used: number;
  holds: number;
}

/** Opens the directory: what an earlier start unpacked whole is kept, halves are removed. */
export async function createTrees(options: TreeOptions): Promise<TreeStore> {
  await fs.mkdir(options.directory, { recursive: true, mode: 0o755 });
  return new Trees(options, await scan(options.directory));
}

class Trees implements TreeStore {
  readonly #options: TreeOptions;
  readonly #known: Map<string, Known>;
  readonly #preparing = new Map<string, Promise<Known>>();
  readonly #quota: number;

  constructor(options: TreeOptions, known: Map<string, Known>) {
    this.#options = options;
    this.#known = known;
    this.#quota = options.limits?.quotaBytes ?? 8192 * MIB;
  }

  path(hash: string): string {
    if (!HASH.test(hash)) throw fail('InvalidArchive', `${JSON.stringify(hash)} is no tree`);
    return path.join(this.#options.directory, hash);
  }

  hold(hash: string): () => void {
    const known = this.#known.get(hash);
    if (!known) throw fail('BlobMissing', `the tree ${hash} is not prepared`, { status: 500 });
    known.holds++;
    let held = true;
    return () => {
      if (held) known.holds--;
      held = false;
    };
  }

  async prepare(hash: string): Promise<{ readonly unpackedBytes: number }> {
    const known = this.#known.get(hash) ?? (await this.#unpackOnce(hash));
    known.used = this.#options.clock.now();
    return { unpackedBytes: known.bytes };
  }

  #unpackOnce(hash: string): Promise<Known> {
    const running = this.#preparing.get(hash);
    if (running) return running;
    const started = this.#unpack(hash).finally(() => this.#preparing.delete(hash));
    this.#preparing.set(hash, started);
    return started;
  }

  async #unpack(hash: string): Promise<Known> {
    const target = this.path(hash);
    const beside = path.join(this.#options.directory, `.unpack-${this.#options.ids.hex(8)}`);
    const { limits } = this.#options;
    try {
      await fs.mkdir(beside, { mode: 0o700 });
      const zip = path.join(beside, 'zip');
      await pipeline(Readable.from(await this.#options.readBlob(hash)), createWriteStream(zip, { mode: 0o600 }));
      const tree = path.join(beside, 'tree');
      await fs.mkdir(tree);
      await fs.chmod(tree, 0o755);
      const bytes = await unpack(zip, tree, {
        bytes: limits?.unpackedBytes ?? UNPACKED_LIMIT,
        entries: limits?.entries ?? ENTRY_LIMIT,
      });
      await fs.rm(target, { recursive: true, force: true });
      await fs.writeFile(`${target}.json`, JSON.stringify({ bytes, boot: await bootId() }));
      await fs.rename(tree, target);
      const known = { bytes, used: this.#options.clock.now(), holds: 0 };
      this.#known.set(hash, known);
      await this.#evict();
      return known;
    } finally {
      await fs.rm(beside, { recursive: true, force: true });
    }
  }

  /** Removes unused trees, least recently used first, until the quota holds; one prepared in the last minutes is about to be used. */
  async #evict(): Promise<void> {
    let total = 0;
    for (const known of this.#known.values()) total += known.bytes;
    const idle = [...this.#known].filter(([, known]) => known.holds === 0 && known.used < this.#options.clock.now() - KEEP_MS);
    idle.sort(([, a], [, b]) => a.used - b.used);
    for (const [hash, known] of idle) {
      if (total <= this.#quota) return;
      this.#known.delete(hash);
      total -= known.bytes;
      await removeTree(this.#options.directory, hash);
    }
  }
}

async function removeTree(directory: string, hash: string): Promise<void> {
  await fs.rm(path.join(directory, `${hash}.json`), { force: true });
  await fs.rm(path.join(directory, hash), { recursive: true, force: true });
}

/** A tree is only trusted within the boot of the machine that wrote it: its files are not synced one by one. */
async function scan(directory: string): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  const boot = await bootId();
  const names = new Set(await fs.readdir(directory));
  for (const name of names) {
    const hash = name.replace(/\.json$/, '');
    if (!HASH.test(hash)) await fs.rm(path.join(directory, name), { recursive: true, force: true });
    else if (name === hash) {
      const note = await readNote(path.join(directory, `${hash}.json`));
      if (note && note.boot === boot) known.set(hash, { bytes: note.bytes, used: 0, holds: 0 });
      else await removeTree(directory, hash);
    } else if (!names.has(hash)) await fs.rm(path.join(directory, name), { force: true });
  }
  return known;
}

async function readNote(file: string): Promise<{ bytes: number; boot: string } | undefined> {
  try {
    const note = JSON.parse(await fs.readFile(file, 'utf8'));
    return typeof note.bytes === 'number' && typeof note.boot === 'string' ? note : undefined;
  } catch {
    return undefined;
  }
}

async function bootId(): Promise<string> {
  return (await fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
}
