import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Clock, fail, type Ids, MIB, platformFailure } from '../kernel/index.ts';
import { type ArchiveLimits, unpack } from './archive.ts';
import { type LayerMarks, unpackLayerArchive } from './layer-archive.ts';
import { mergeTrees, removesAny } from './layer-merge.ts';
import { type TreeFile, writePatch } from './tree-patch.ts';

/** Unpacked code and layers of images, one read-only directory for each. */
export interface TreeStore {
  /** Unpacks the stored zip unless it is there. Rejects with InvalidArchive, ArchiveTooLarge, BlobMissing. */
  prepare(hash: string): Promise<{ readonly unpackedBytes: number }>;
  /**
   * Unpacks one stored layer (tar, gzip or zstd by its magic bytes) on top of prepared trees, the lowest first, unless it is there: resolves
   * to the trees of the whole chain. One that removes nothing below is a tree of its own, shared by all that use it; one that does is merged
   * with what is below. Rejects with InvalidArchive, ArchiveTooLarge, BlobMissing.
   */
  unpackLayer(below: readonly string[], layer: { readonly hash: string }): Promise<readonly string[]>;
  /**
   * Makes the tree of a hash be a prepared one with files over it: nothing is unpacked or copied; where names are gone its files are linked, once for
   * the same names. Whoever says so answers for the hash meaning just that. Resolves false, and nothing is done, when the base is not prepared or lies over another itself. Rejects with InvalidArchive.
   */
  derive(hash: string, on: Derivation): Promise<boolean>;
  /** The prepared trees of which it is overlaid, the lowest first: itself, unless it was derived. */
  parts(hash: string): readonly string[];
  /** Where a prepared tree lies; of a derived one its base. */
  path(hash: string): string;
  /** Keeps a tree from being evicted until the returned function is called. */
  hold(hash: string): () => void;
}

/** removed: names of files and folders of the base that do not show, relative, with `/`. */
export interface Derivation {
  readonly base: string;
  readonly files: readonly TreeFile[];
  readonly removed?: readonly string[];
}

export interface TreeOptions {
  /** DATA/trees; created when missing. */
  readonly directory: string;
  readonly readBlob: (hash: string) => Promise<AsyncIterable<Uint8Array>>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limits?: {
    readonly quotaBytes?: number;
    readonly unpackedBytes?: number;
    readonly entries?: number;
    /** Of all layers of an image together. */
    readonly imageBytes?: number;
    /** Of one layer. */
    readonly layerEntries?: number;
  };
}

/** AWS's limits on a function's code: 262,144,000 bytes unzipped (spec: deployment package quota). */
export const UNPACKED_LIMIT = 262_144_000;
const ENTRY_LIMIT = 100_000;
/** AWS's limit on an image, unpacked: 10 GB. */
export const IMAGE_LIMIT = 10 * 1024 * MIB;
const LAYER_ENTRY_LIMIT = 500_000;
const KEEP_MS = 5 * 60_000;
const HASH = /^[0-9a-f]{64}$/;

interface Known {
  readonly bytes: number;
  /** Of a layer that takes away from those below it. */
  readonly marks?: LayerMarks;
  /** Of a derived tree, which has no directory of its own: what it consists of, and what lets go of that. */
  readonly derived?: { readonly base: string; readonly patch: string; readonly letGo: () => void };
  used: number;
  holds: number;
}

/** Fills an empty directory; beside: one for what is needed meanwhile. */
type Fill = (tree: string, beside: string) => Promise<Pick<Known, 'bytes' | 'marks'>>;

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
    return path.join(this.#options.directory, this.#known.get(hash)?.derived?.base ?? hash);
  }

  parts(hash: string): readonly string[] {
    const derived = this.#known.get(hash)?.derived;
    return derived ? [derived.base, derived.patch] : [hash];
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
    const { unpackedBytes = UNPACKED_LIMIT, entries = ENTRY_LIMIT } = this.#options.limits ?? {};
    const known = await this.#have(hash, async (tree, beside) => {
      const zip = path.join(beside, 'zip');
      await pipeline(Readable.from(await this.#options.readBlob(hash)), createWriteStream(zip, { mode: 0o600 }));
      return { bytes: await unpack(zip, tree, { bytes: unpackedBytes, entries }) };
    });
    return { unpackedBytes: known.bytes };
  }

  async derive(hash: string, { base: whole, files, removed = [] }: Derivation): Promise<boolean> {
    if (this.#known.has(hash)) return true;
    if (!this.#known.has(whole) || this.#known.get(whole)!.derived) return false;
    const base = removed.length === 0 ? whole : await this.#without(whole, removed);
    const below = this.#known.get(base);
    if (!below) return false;
    const bases = this.hold(base);
    try {
      const patch = nameOf('patch', [hash]);
      const { bytes } = await this.#have(patch, async (tree) => ({ bytes: await writePatch(tree, files) }));
      const patches = this.hold(patch);
      const letGo = () => {
        bases();
        patches();
      };
      if (this.#known.has(hash)) letGo();
      else {
        const used = this.#options.clock.now();
        this.#known.set(hash, { bytes: below.bytes + bytes, derived: { base, patch, letGo }, used, holds: 0 });
        below.used = used;
      }
      await this.#forgetDerived(base, hash);
      return true;
    } catch (error) {
      bases();
      throw error;
    }
  }

  /** The name of a tree that has all of another but these names; its files are those of the other. */
  async #without(base: string, removed: readonly string[]): Promise<string> {
    const name = nameOf('merged', [base, ...removed.map((gone) => `-${gone}`)]);
    const letGo = this.hold(base);
    try {
      const { bytes } = this.#touch(base)!;
      await this.#have(name, async (tree, beside) => {
        const layer = path.join(beside, 'nothing');
        await fs.mkdir(layer);
        await fs.chmod(layer, 0o755);
        await mergeTrees(tree, { layer, below: [this.path(base)], marks: { removed, opaque: [] } });
        return { bytes };
      });
      return name;
    } finally {
      letGo();
    }
  }

  /** Of the trees over one base only the last is likely to be asked for again; any can be unpacked whole. */
  async #forgetDerived(base: string, last: string): Promise<void> {
    const before = this.#options.clock.now() - KEEP_MS;
    for (const [hash, { derived, holds, used }] of this.#known)
      if (derived?.base === base && hash !== last && holds === 0 && used < before) await this.#forget(hash);
  }

  async #forget(hash: string): Promise<void> {
    const derived = this.#known.get(hash)?.derived;
    this.#known.delete(hash);
    if (!derived) return removeTree(this.#options.directory, hash);
    derived.letGo();
    if (this.#known.get(derived.patch)?.holds === 0) await this.#forget(derived.patch);
  }

  async unpackLayer(below: readonly string[], { hash }: { readonly hash: string }): Promise<readonly string[]> {
    const held: (() => void)[] = [];
    try {
      for (const tree of below) held.push(this.hold(tree));
      const under = below.reduce((sum, tree) => sum + this.#known.get(tree)!.bytes, 0);
      const alone = nameOf('layer', [hash]);
      const merged = nameOf('merged', [...below, alone]);
      if (this.#touch(merged)) return [merged];
      const layer = await this.#have(alone, (tree) => this.#unpackLayer(hash, tree));
      held.push(this.hold(alone));
      const bytes = under + layer.bytes;
      if (bytes > this.#imageLimit.bytes) throw platformFailure('ArchiveTooLarge', `more than ${this.#imageLimit.bytes} bytes`);
      const { marks } = layer;
      const merge = { layer: this.path(alone), below: below.map((tree) => this.path(tree)).reverse() };
      if (!marks || !(await removesAny(merge.below, marks))) return above(below, alone);
      await this.#have(merged, async (tree) => {
        await mergeTrees(tree, { ...merge, marks });
        return { bytes };
      });
      return [merged];
    } finally {
      for (const release of held) release();
    }
  }

  get #imageLimit(): ArchiveLimits {
    const { imageBytes = IMAGE_LIMIT, layerEntries = LAYER_ENTRY_LIMIT } = this.#options.limits ?? {};
    return { bytes: imageBytes, entries: layerEntries };
  }

  async #unpackLayer(hash: string, tree: string): Promise<Pick<Known, 'bytes' | 'marks'>> {
    const { bytes, removed, opaque } = await unpackLayerArchive(await this.#options.readBlob(hash), tree, this.#imageLimit);
    return removed.length + opaque.length === 0 ? { bytes } : { bytes, marks: { removed, opaque } };
  }

  /** The tree of that name, filled if it is not there; whoever asks meanwhile gets the same. */
  async #have(name: string, fill: Fill): Promise<Known> {
    return this.#touch(name) ?? this.#fillOnce(name, fill);
  }

  /** What is there, and is used now. */
  #touch(name: string): Known | undefined {
    const known = this.#known.get(name);
    if (known) known.used = this.#options.clock.now();
    return known;
  }

  #fillOnce(name: string, fill: Fill): Promise<Known> {
    const running = this.#preparing.get(name);
    if (running) return running;
    const started = this.#fill(name, fill).finally(() => this.#preparing.delete(name));
    this.#preparing.set(name, started);
    return started;
  }

  async #fill(name: string, fill: Fill): Promise<Known> {
    const target = this.path(name);
    const beside = path.join(this.#options.directory, `.unpack-${this.#options.ids.hex(8)}`);
    try {
      await fs.mkdir(beside, { mode: 0o700 });
      const tree = path.join(beside, 'tree');
      await fs.mkdir(tree);
      await fs.chmod(tree, 0o755);
      const filled = await fill(tree, beside);
      await fs.rm(target, { recursive: true, force: true });
      await fs.writeFile(`${target}.json`, JSON.stringify({ ...filled, boot: await bootId() }));
      await fs.rename(tree, target);
      const known = { ...filled, used: this.#options.clock.now(), holds: 0 };
      this.#known.get(name)?.derived?.letGo();
      this.#known.set(name, known);
      await this.#evict();
      return known;
    } finally {
      await fs.rm(beside, { recursive: true, force: true });
    }
  }

  /** Removes unused trees, least recently used first, until the quota holds; one prepared in the last minutes is about to be used. */
  async #evict(): Promise<void> {
    let total = 0;
    for (const known of this.#known.values()) if (!known.derived) total += known.bytes;
    const idle = [...this.#known].filter(([, known]) => known.holds === 0 && known.used < this.#options.clock.now() - KEEP_MS);
    idle.sort(([, a], [, b]) => a.used - b.used);
    for (const [hash, known] of idle) {
      if (total <= this.#quota) return;
      if (!this.#known.has(hash)) continue;
      if (!known.derived) total -= known.bytes;
      await this.#forget(hash);
    }
  }
}

/** An overlay takes no directory twice; where one comes again, the higher one shows all of it. */
function above(below: readonly string[], tree: string): readonly string[] {
  return [...below.filter((other) => other !== tree), tree];
}

/** Never the hash of a content, whose tree would be another. */
function nameOf(kind: 'layer' | 'merged' | 'patch', parts: readonly string[]): string {
  return createHash('sha256')
    .update([kind, ...parts].join('\n'))
    .digest('hex');
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
      if (note?.boot === boot) known.set(hash, { ...note, used: 0, holds: 0 });
      else await removeTree(directory, hash);
    } else if (!names.has(hash)) await fs.rm(path.join(directory, name), { force: true });
  }
  return known;
}

async function readNote(file: string): Promise<(Pick<Known, 'bytes' | 'marks'> & { boot: string }) | undefined> {
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
