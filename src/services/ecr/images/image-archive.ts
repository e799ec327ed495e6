import path from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import tar, { type Header } from 'tar-stream';
import { collect, isFailure, type StagedBlob } from '../../../kernel/index.ts';
import { LARGEST_IMAGE, LARGEST_MANIFEST } from '../../../model/index.ts';
import { bounded } from '../uploads.ts';
import { invalidImage } from './failures.ts';

/** An archive that container tools write, taken apart. */
export interface ImageArchive {
  /** Small files at its top, by name: `manifest.json`, `index.json`. */
  readonly texts: ReadonlyMap<string, string>;
  /** All other files, stored, by name; a name that is a link leads to what it names. */
  readonly find: (name: string) => StagedBlob | undefined;
}

const MOST_ENTRIES = 5000;
const TEXTS = new Set(['manifest.json', 'index.json', 'oci-layout']);
/** Beside the layers themselves. */
const MARGIN = 64 * 1024 * 1024;

/**
 * Reads a docker-archive or OCI archive, as it comes, by gzip or not; keep stores one file. Rejects with InvalidImage for what is none,
 * LayerTooLarge for what is more than an image may have.
 */
export async function readImageArchive(
  content: AsyncIterable<Uint8Array>,
  keep: (file: AsyncIterable<Uint8Array>) => Promise<StagedBlob>,
): Promise<ImageArchive> {
  const extract = tar.extract();
  const source = Readable.from(bounded(await plain(content), LARGEST_IMAGE + MARGIN), { objectMode: false });
  source.on('error', (error) => extract.destroy(error));
  source.pipe(extract as never);
  const files = new Map<string, StagedBlob>();
  const links = new Map<string, string>();
  const texts = new Map<string, string>();
  try {
    for await (const entry of extract) {
      const name = path.posix.normalize(entry.header.name);
      if (files.size + links.size >= MOST_ENTRIES) throw invalidImage(`the archive has more than ${MOST_ENTRIES} files`);
      if (isLink(entry.header)) links.set(name, targetOf(name, entry.header));
      if (entry.header.type !== 'file') for await (const _ of entry);
      else if (TEXTS.has(name))
        texts.set(name, String(await collect(bytesOf(entry), LARGEST_MANIFEST, () => invalidImage(`${name} is too large`))));
      else files.set(name, await keep(bytesOf(entry)));
    }
  } catch (error) {
    throw isFailure(error) || (error as NodeJS.ErrnoException).syscall !== undefined
      ? error
      : invalidImage((error as Error).message);
  } finally {
    source.destroy();
  }
  return { texts, find: (name) => files.get(name) ?? files.get(links.get(name) ?? '') };
}

const bytesOf = (entry: unknown) => entry as AsyncIterable<Uint8Array>;

function isLink({ type }: Header): boolean {
  return type === 'symlink' || type === 'link';
}

/** Symbolic links lead from where they lie, hard links from the top. */
function targetOf(name: string, { type, linkname }: Header): string {
  return path.posix.normalize(type === 'link' ? (linkname ?? '') : path.posix.join(path.posix.dirname(name), linkname ?? ''));
}

async function plain(content: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = content[Symbol.asyncIterator]();
  const first = await iterator.next();
  const all = async function* () {
    if (!first.done) yield first.value;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  };
  if (first.done || first.value[0] !== 0x1f || first.value[1] !== 0x8b) return all();
  const source = Readable.from(all(), { objectMode: false });
  const expand = createGunzip();
  source.on('error', (error) => expand.destroy(error));
  return source.pipe(expand);
}
