import fs from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { Failure, platformFailure } from '../kernel/index.ts';

export interface ArchiveLimits {
  /** Of all contents together, unpacked. */
  readonly bytes: number;
  readonly entries: number;
}

type Kind = 'file' | 'directory' | 'link';

interface Item {
  readonly entry: Entry;
  /** Relative, without a final slash. */
  readonly name: string;
  readonly kind: Kind;
  readonly executable: boolean;
}

const S_IFMT = 0o170000;
const KINDS: ReadonlyMap<number, Kind> = new Map([
  [0, 'file'],
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'link'],
]);
const UNIX = 3;
const LINK_LIMIT = 4096;
const DEPTH_LIMIT = 128;
const PARALLEL = 4;

/**
 * Unpacks a zip file into an empty directory and resolves to the bytes of its contents. Names, kinds and sizes are checked before anything
 * is written; sizes and checksums again while writing. Modes become 755 or 644. Rejects with InvalidArchive or ArchiveTooLarge.
 */
export async function unpack(file: string, directory: string, limits: ArchiveLimits): Promise<number> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(file, { autoClose: false, lazyEntries: true, strictFileNames: true, validateEntrySizes: true });
    const items = await list(zip, limits);
    for (const item of items) if (item.kind === 'directory') await makeDirectory(path.join(directory, item.name));
    await inParallel(
      items.filter(({ kind }) => kind === 'file'),
      (item) => writeFile(zip!, item, directory),
    );
    for (const item of items) if (item.kind === 'link') await writeLink(zip, item, directory);
    return items.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
  } catch (error) {
    if (error instanceof Failure) throw error;
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error; // our disk, not their archive
    throw platformFailure('InvalidArchive', (error as Error).message);
  } finally {
    zip?.close();
  }
}

async function list(zip: ZipFile, limits: ArchiveLimits): Promise<Item[]> {
  if (zip.entryCount > limits.entries) throw platformFailure('ArchiveTooLarge', `more than ${limits.entries} entries`);
  const items = new Map<string, Item>();
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const item = judge(entry);
    if (item === undefined) continue;
    bytes += entry.uncompressedSize;
    if (bytes > limits.bytes) throw platformFailure('ArchiveTooLarge', `more than ${limits.bytes} bytes`);
    const before = items.get(item.name);
    if (before && (before.kind !== 'directory' || item.kind !== 'directory')) throw refused(item.name, 'occurs twice');
    items.set(item.name, item);
    if (items.size > limits.entries) throw platformFailure('ArchiveTooLarge', `more than ${limits.entries} entries`);
  }
  for (const { name } of items.values()) {
    for (let above = path.posix.dirname(name); above !== '.'; above = path.posix.dirname(above)) {
      const kind = items.get(above)?.kind;
      if (kind !== undefined && kind !== 'directory') throw refused(name, `lies below a ${kind}`);
    }
  }
  return [...items.values()];
}

/** Undefined for the entry of the top directory itself (`./`). */
function judge(entry: Entry): Item | undefined {
  const { fileName } = entry;
  const unix = entry.versionMadeBy >> 8 === UNIX;
  const mode = unix ? entry.externalFileAttributes >>> 16 : 0;
  const kind = fileName.endsWith('/') ? 'directory' : KINDS.get(mode & S_IFMT);
  if (kind === undefined) throw refused(fileName, 'is neither a file, a directory nor a link');
  if (fileName.includes('\0') || fileName.includes('\\') || fileName.startsWith('/') || /^[A-Za-z]:/.test(fileName)) {
    throw refused(fileName, 'is not a relative name');
  }
  const parts = fileName.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refused(fileName, 'leads out of the archive');
  if (parts.length > DEPTH_LIMIT || parts.some((part) => Buffer.byteLength(part) > 255)) throw refused(fileName, 'is too long');
  if (entry.isEncrypted()) throw refused(fileName, 'is encrypted');
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) throw refused(fileName, 'is compressed in an unknown way');
  if (kind === 'link' && entry.uncompressedSize > LINK_LIMIT) throw refused(fileName, 'is a link with too long a target');
  if (kind === 'directory' && entry.uncompressedSize > 0) throw refused(fileName, 'is a directory with content');
  if (parts.length === 0) {
    if (kind === 'directory') return undefined;
    throw refused(fileName, 'has no name');
  }
  return { entry, name: parts.join('/'), kind, executable: (mode & 0o111) !== 0 };
}

async function writeFile(zip: ZipFile, item: Item, directory: string): Promise<void> {
  const target = path.join(directory, item.name);
  await makeDirectory(path.dirname(target));
  const handle = await fs.open(target, 'wx', 0o600);
  try {
    await content(zip, item, (chunk) => writeAll(handle, chunk));
    await handle.chmod(item.executable ? 0o755 : 0o644);
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: fs.FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
}

/** Links are written last, so that nothing is ever written through one; `..` only leads a target, so that chains stay inside too. */
async function writeLink(zip: ZipFile, item: Item, directory: string): Promise<void> {
  const chunks: Buffer[] = [];
  await content(zip, item, async (chunk) => void chunks.push(chunk));
  const target = Buffer.concat(chunks).toString('utf8');
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const ups = parts.lastIndexOf('..') + 1;
  const depth = item.name.split('/').length - 1;
  const leading = parts.slice(0, ups).every((part) => part === '..');
  if (target === '' || target.startsWith('/') || /[\\\0]/.test(target) || !leading || ups > depth) {
    throw refused(item.name, 'is a link that leads out of the archive');
  }
  await makeDirectory(path.dirname(path.join(directory, item.name)));
  await fs.symlink(target, path.join(directory, item.name));
}

async function content(zip: ZipFile, { entry, name }: Item, take: (chunk: Buffer) => Promise<void>): Promise<void> {
  let sum = 0;
  let size = 0;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    sum = crc32(chunk, sum);
    size += chunk.length;
    await take(chunk);
  }
  if (size !== entry.uncompressedSize) throw refused(name, 'has another size than declared');
  if (sum !== entry.crc32) throw refused(name, 'failed its checksum');
}

async function makeDirectory(directory: string): Promise<void> {
  const first = await fs.mkdir(directory, { recursive: true, mode: 0o755 });
  // the umask may have taken bits away
  for (let at = directory; first !== undefined && at.length >= first.length; at = path.dirname(at)) await fs.chmod(at, 0o755);
}

async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < items.length && !failed) {
      await act(items[next++]!).catch((error) => {
        failed = true;
        throw error;
      });
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: PARALLEL }, worker));
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
}

function refused(name: string, why: string): Failure {
  return platformFailure('InvalidArchive', `entry ${JSON.stringify(name.slice(0, 200))} ${why}`);
}
