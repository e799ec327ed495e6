import fs from 'node:fs/promises';
import path from 'node:path';
import { platformFailure } from '../kernel/index.ts';
import type { LayerMarks } from './layer-archive.ts';
import { type LayerEntry, refused } from './layer-entries.ts';

/** What was written so far, by name: nobody else writes here, so that no link can ever stand where this says that a directory is. */
interface Node {
  readonly kind: 'file' | 'directory' | 'link';
  readonly children: Map<string, Node>;
}

type FileEntry = Extract<LayerEntry, { kind: 'file' }>;

/** Files up to this size are written beside each other. */
const SMALL = 256 * 1024;
const PARALLEL = 8;
/** Characters of all paths that a layer takes away: they are kept. */
const MOST_MARKED = 16 * 1024 * 1024;

/** Writes the entries of a layer below an empty directory. Its owner may do everything with all of it, so that it can be removed. */
export class LayerWriter {
  readonly #directory: string;
  readonly #mostImplied: number;
  #implied = 0;
  #marked = 0;
  readonly #root: Node = { kind: 'directory', children: new Map() };
  readonly #removed: string[] = [];
  readonly #opaque: string[] = [];
  readonly #pending = new Set<Promise<void>>();
  #error: { readonly because: unknown } | undefined;

  /** mostImplied: directories that entries may lie in without being entries themselves. */
  constructor(directory: string, mostImplied: number) {
    this.#directory = directory;
    this.#mostImplied = mostImplied;
  }

  /** Reads content to its end. Rejects with InvalidArchive for what lies below something other than a directory of this layer. */
  async write(entry: LayerEntry, content: AsyncIterable<Uint8Array>): Promise<void> {
    if (entry.kind === 'file') return this.#file(entry, content);
    for await (const _ of content);
    if (entry.kind === 'directory') await this.#makeDirectory(entry.parts, entry.mode | 0o700);
    else if (entry.kind === 'symlink') await this.#symlink(entry.parts, entry.target);
    else if (entry.kind === 'hardlink') await this.#hardlink(entry.parts, entry.target);
    else if (entry.kind === 'removal') this.#mark(this.#removed, entry.parts);
    else if (entry.kind === 'opaque') this.#mark(this.#opaque, entry.parts);
  }

  /** Waits for what is still being written; to be called in any case. */
  async finish(): Promise<LayerMarks> {
    await this.#settle();
    return { removed: this.#removed, opaque: this.#opaque };
  }

  #mark(marks: string[], parts: readonly string[]): void {
    const name = parts.join('/');
    this.#marked += name.length;
    if (this.#marked > MOST_MARKED) throw platformFailure('ArchiveTooLarge', 'what it takes away has too long names');
    marks.push(name);
  }

  async #file(entry: FileEntry, content: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#place(entry.parts, 'file');
    const target = this.#path(entry.parts);
    if (entry.size > SMALL) return writeFile(target, entry, content);
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    if (this.#pending.size >= PARALLEL) await Promise.race(this.#pending);
    this.#throwError();
    const writing: Promise<void> = writeFile(target, entry, chunks)
      .catch((error) => {
        this.#error ??= { because: error };
      })
      .finally(() => this.#pending.delete(writing));
    this.#pending.add(writing);
  }

  async #symlink(parts: readonly string[], target: string): Promise<void> {
    await this.#place(parts, 'link');
    await fs.symlink(target, this.#path(parts));
  }

  async #hardlink(parts: readonly string[], target: readonly string[]): Promise<void> {
    const name = parts.join('/');
    const to = this.#find(target);
    if (!to || to.kind === 'directory') throw refused(name, 'links to no file of this layer');
    if (target.join('/') === name) throw refused(name, 'links to itself');
    await this.#settle();
    await this.#place(parts, to.kind);
    if (this.#find(target) !== to) throw refused(name, 'links to what it replaces');
    await fs.link(this.#path(target), this.#path(parts)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EMLINK' ? refused(name, 'is one link too many') : error;
    });
  }

  async #makeDirectory(parts: readonly string[], mode: number): Promise<void> {
    if (parts.length > 0) await this.#place(parts, 'directory');
    await fs.chmod(this.#path(parts), mode); // the umask may have taken bits away
  }

  /** Makes room for an entry: its directories, and nothing where it goes, but a directory where one is wanted. */
  async #place(parts: readonly string[], kind: Node['kind']): Promise<void> {
    const parent = await this.#parent(parts);
    const base = parts.at(-1)!;
    const before = parent.children.get(base);
    if (before?.kind === 'directory' && kind === 'directory') return;
    const target = this.#path(parts);
    if (before) {
      await this.#settle();
      await fs.rm(target, { recursive: true });
    }
    parent.children.set(base, { kind, children: new Map() });
    if (kind === 'directory') await fs.mkdir(target);
  }

  async #parent(parts: readonly string[]): Promise<Node> {
    let at = this.#root;
    for (let depth = 1; depth < parts.length; depth++) {
      const name = parts[depth - 1]!;
      const next = at.children.get(name);
      if (next && next.kind !== 'directory') throw refused(parts.join('/'), `lies below a ${next.kind}`);
      if (next) at = next;
      else {
        if (++this.#implied > this.#mostImplied)
          throw platformFailure('ArchiveTooLarge', `more than ${this.#mostImplied} directories`);
        const made: Node = { kind: 'directory', children: new Map() };
        const target = this.#path(parts.slice(0, depth));
        await fs.mkdir(target);
        await fs.chmod(target, 0o755);
        at.children.set(name, made);
        at = made;
      }
    }
    return at;
  }

  #find(parts: readonly string[]): Node | undefined {
    let at: Node | undefined = this.#root;
    for (const part of parts) at = at?.children.get(part);
    return at;
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#pending);
    this.#throwError();
  }

  #throwError(): void {
    if (this.#error) throw this.#error.because;
  }

  #path(parts: readonly string[]): string {
    return path.join(this.#directory, ...parts);
  }
}

/** Modification times stay: interpreters judge what they compiled before by them. */
async function writeFile(
  target: string,
  { mode, mtime }: FileEntry,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const handle = await fs.open(target, 'wx', 0o600);
  try {
    for await (const chunk of content) {
      for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
    }
    await handle.chmod(mode | 0o600);
    await handle.utimes(mtime, mtime);
  } finally {
    await handle.close();
  }
}
