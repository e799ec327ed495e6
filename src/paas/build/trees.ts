import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { type Ids, MIB } from '../../kernel/index.ts';
import { buildFailed } from './refusals.ts';

/** A file or a link of a tree that came from somebody: its name is checked. */
export interface TreeEntry {
  /** Relative, with `/`, without `.` and `..`. */
  readonly path: string;
  readonly kind: 'file' | 'link';
  readonly executable: boolean;
  /** Bytes; a link's content is its target. */
  readonly size: number;
  readonly crc: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
  read(): Promise<Buffer>;
}

export type Tree = ReadonlyMap<string, TreeEntry>;

export interface EntryHead {
  readonly path: string;
  readonly kind: 'file' | 'link';
  readonly executable: boolean;
}

export interface SpoolLimits {
  readonly bytes: number;
  readonly entries: number;
  /** `the repository`, `what the build made`: for messages. */
  readonly what: string;
}

const LONGEST_PATH = 1024;
const LONGEST_TARGET = 4096;
const DEEPEST = 64;
const PIECE = 256 * 1024;

/** A tree that is being received: contents in one file without a name, which is gone when it is closed, or this process is. */
export class Spool {
  readonly #file: fs.FileHandle;
  readonly #limits: SpoolLimits;
  readonly #entries = new Map<string, TreeEntry>();
  readonly #folders = new Set<string>();
  readonly #starts = new Map<string, number>();
  #bytes = 0;

  private constructor(file: fs.FileHandle, limits: SpoolLimits) {
    this.#file = file;
    this.#limits = limits;
  }

  static async open(directory: string, ids: Ids, limits: SpoolLimits): Promise<Spool> {
    return new Spool(await openNameless(directory, ids), limits);
  }

  get tree(): Tree {
    return this.#entries;
  }

  /** Throws BuildFailed for names and links that lead out, names that come twice, and more than the limits. */
  async add(head: EntryHead, content: AsyncIterable<Uint8Array>): Promise<void> {
    const name = checkedPath(head.path, this.#limits.what);
    this.#claim(name);
    const offset = this.#bytes;
    const hash = createHash('sha256');
    const chunks: Uint8Array[] = [];
    let crc = 0;
    for await (const chunk of content) {
      hash.update(chunk);
      crc = crc32(chunk, crc);
      if (this.#bytes + chunk.byteLength > this.#limits.bytes)
        throw buildFailed(`${this.#limits.what} has more than ${Math.floor(this.#limits.bytes / MIB)} MiB`);
      if (head.kind === 'link') chunks.push(chunk);
      await this.#write(chunk);
    }
    const size = this.#bytes - offset;
    if (head.kind === 'link') checkLink(name, size > LONGEST_TARGET ? '' : Buffer.concat(chunks).toString());
    const executable = head.kind === 'file' && head.executable;
    this.#starts.set(name, offset);
    const file = this.#file;
    this.#entries.set(name, {
      path: name,
      kind: head.kind,
      executable,
      size,
      crc,
      sha256: hash.digest('hex'),
      read: () => readPart(file, offset, size),
    });
  }

  /** The content of one entry, piece by piece. */
  async *content({ path: name, size }: Pick<TreeEntry, 'path' | 'size'>): AsyncGenerator<Uint8Array> {
    const start = this.#starts.get(name)!;
    for (let at = 0; at < size; at += PIECE) yield await readPart(this.#file, start + at, Math.min(PIECE, size - at));
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #claim(name: string): void {
    const { entries, what } = this.#limits;
    if (this.#entries.size >= entries) throw buildFailed(`${what} has more than ${entries} files`);
    if (this.#entries.has(name) || this.#folders.has(name)) throw buildFailed(`${what} has ${JSON.stringify(name)} twice`);
    for (let at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1)) {
      const folder = name.slice(0, at);
      if (this.#entries.has(folder)) throw buildFailed(`${what} has ${JSON.stringify(folder)} as a file and as a folder`);
      if (this.#folders.has(folder)) return;
      this.#folders.add(folder);
    }
  }

  async #write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.byteLength; ) {
      const { bytesWritten } = await this.#file.write(chunk, at, chunk.byteLength - at, this.#bytes);
      at += bytesWritten;
      this.#bytes += bytesWritten;
    }
  }
}

/** A file to write and read that nobody else can find. */
export async function openNameless(directory: string, ids: Ids): Promise<fs.FileHandle> {
  const name = path.join(directory, `.spool-${ids.hex(8)}`);
  const file = await fs.open(name, 'wx+', 0o600);
  await fs.unlink(name);
  return file;
}

/** That many bytes from there on. */
export async function readPart(file: fs.FileHandle, offset: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await file.read(buffer, at, size - at, offset + at);
    if (bytesRead === 0) throw buildFailed('a spooled file became shorter');
    at += bytesRead;
  }
  return buffer;
}

/** The name without `./`; throws BuildFailed for one that leads out or that no file should have. */
export function checkedPath(name: string, what: string): string {
  const parts = name.split('/').filter((part) => part !== '.' && part !== '');
  const refuse = (why: string) => buildFailed(`${what} has the name ${JSON.stringify(name.slice(0, 100))}, which ${why}`);
  if (name.startsWith('/') || parts.includes('..') || parts.length === 0) throw refuse('leads out of it');
  if (/[\0-\x1f\x7f\\]|\ufffd/.test(name)) throw refuse('is no plain UTF-8');
  if (Buffer.byteLength(name) > LONGEST_PATH || parts.length > DEEPEST) throw refuse('is too long');
  if (parts.some((part) => Buffer.byteLength(part) > 255)) throw refuse('is too long');
  if (parts.some((part) => part.toLowerCase() === '.git')) throw refuse('is git’s own');
  return parts.join('/');
}

/** `..` only leads a target, and not out of the tree: chains of links stay inside too. */
function checkLink(name: string, target: string): void {
  const parts = target.split('/').filter((part) => part !== '.' && part !== '');
  const ups = parts.lastIndexOf('..') + 1;
  const leading = parts.slice(0, ups).every((part) => part === '..');
  const depth = name.split('/').length - 1;
  if (target === '' || target.startsWith('/') || /[\\\0]/.test(target) || !leading || ups > depth)
    throw buildFailed(`the link ${JSON.stringify(name)} leads out of the application`);
}
