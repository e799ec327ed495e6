import type fs from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { MIB } from '../../kernel/index.ts';
import { buildFailed } from './refusals.ts';
import { readPart, type Tree, type TreeEntry } from './trees.ts';

/**
 * Zip files (APPNOTE 6.3.10 §4.3) that are the same bytes for the same contents: names in order, one time, one mode for files and one for
 * programs, one level of compression. They are put together of parts, so that dependencies are packed once and then only copied.
 */
export interface ZipPart {
  readonly file: fs.FileHandle;
  /** Where in the file it begins. */
  readonly start: number;
  readonly length: number;
  readonly entries: readonly PackedEntry[];
}

export interface PackedEntry {
  readonly path: string;
  readonly kind: 'file' | 'link';
  readonly executable: boolean;
  readonly crc: number;
  readonly sha256: string;
  readonly size: number;
  readonly packed: number;
  /** Of its local header, from the start of the part. */
  readonly offset: number;
}

const deflated = promisify<Uint8Array, { level: number; memLevel: number }, Buffer>(deflateRaw);
const inflated = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);
const LEVEL = { level: 6, memLevel: 8 };
const AT_A_TIME = 8;
const CHUNK = 256 * 1024;
/** Without zip64, which nothing here needs. */
const MOST_ENTRIES = 65_535;
/** AWS's limit on a function's code, unpacked (spec: deployment package quota). */
export const UNPACKED_LIMIT = 262_144_000;
const DATE = 0x0021; // 1980-01-01, the first day there is
const UTF8_NAMES = 0x0800;
const VERSION = 20;
const UNIX = 3;

/** Packs entries, in order of their names, into a file from there on. */
export async function writePart(file: fs.FileHandle, tree: Iterable<TreeEntry>, start = 0): Promise<ZipPart> {
  const sorted = [...tree].sort(byPath);
  const entries: PackedEntry[] = [];
  let at = 0;
  for (let from = 0; from < sorted.length; from += AT_A_TIME) {
    const batch = sorted.slice(from, from + AT_A_TIME);
    const packed = await Promise.all(batch.map(pack));
    const pieces: Buffer[] = [];
    for (const [i, entry] of batch.entries()) {
      const { path, kind, executable, crc, sha256, size } = entry;
      const one = { path, kind, executable, crc, sha256, size, packed: packed[i]!.length, offset: at };
      entries.push(one);
      const head = localHeader(one);
      pieces.push(head, packed[i]!);
      at += head.length + packed[i]!.length;
    }
    await writeAll(file, Buffer.concat(pieces), start + at - pieces.reduce((sum, piece) => sum + piece.length, 0));
  }
  return { file, start, length: at, entries };
}

async function writeAll(file: fs.FileHandle, bytes: Buffer, from: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at, from + at)).bytesWritten;
}

async function pack(entry: TreeEntry): Promise<Buffer> {
  const content = await entry.read();
  const smaller = content.length === 0 ? content : await deflated(content, LEVEL);
  return smaller.length < content.length ? smaller : content;
}

/** Any order does that is always the same, and this one is quick: there may be 65,535. */
const byPath = (a: { readonly path: string }, b: { readonly path: string }) => (a.path < b.path ? -1 : 1);

const stored = ({ packed, size }: PackedEntry) => packed === size;

/** The entries of a part, to be read again. */
export function unpacked(part: ZipPart): Tree {
  const read = async (entry: PackedEntry) => {
    const from = part.start + entry.offset + localHeader(entry).length;
    const content = await readPart(part.file, from, entry.packed);
    return stored(entry) ? content : inflated(content, { maxOutputLength: entry.size + 1 });
  };
  return new Map(part.entries.map((entry) => [entry.path, { ...entry, read: () => read(entry) }]));
}

export interface ZipSize {
  readonly unpacked: number;
  readonly bytes: number;
}

/** What a zip of these parts contains; where a name is in several, the first part's holds. Throws BuildFailed when it is too large for a function. */
export function zipContents(parts: readonly ZipPart[]): {
  readonly kept: readonly (readonly [ZipPart, PackedEntry])[];
  readonly unpacked: number;
} {
  const names = new Map<string, readonly [ZipPart, PackedEntry]>();
  const folders = new Set<string>();
  for (const part of parts) {
    for (const entry of part.entries) {
      const above = foldersOf(entry.path);
      if (names.has(entry.path) || folders.has(entry.path) || above.some((folder) => names.has(folder))) continue;
      names.set(entry.path, [part, entry]);
      for (const folder of above) folders.add(folder);
    }
  }
  const kept = [...names.values()].sort(([, a], [, b]) => byPath(a, b));
  const unpacked = kept.reduce((sum, [, { size }]) => sum + size, 0);
  if (kept.length > MOST_ENTRIES) throw buildFailed(`the code and its dependencies have more than ${MOST_ENTRIES} files`);
  if (unpacked > UNPACKED_LIMIT)
    throw buildFailed(
      `the code and its dependencies have ${Math.ceil(unpacked / MIB)} MiB; a function may have ${UNPACKED_LIMIT / MIB} MiB: leave out what it does not need, or use a container image`,
    );
  return { kept, unpacked };
}

function foldersOf(name: string): string[] {
  const folders: string[] = [];
  for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) folders.push(name.slice(0, at));
  return folders;
}

/** The bytes of the zip, piece by piece. */
export async function* zipOf(parts: readonly ZipPart[], { kept } = zipContents(parts)): AsyncGenerator<Uint8Array> {
  const starts = new Map<ZipPart, number>();
  let at = 0;
  for (const part of parts) {
    starts.set(part, at);
    for (let from = 0; from < part.length; from += CHUNK)
      yield await readPart(part.file, part.start + from, Math.min(CHUNK, part.length - from));
    at += part.length;
  }
  const directory = Buffer.concat(kept.map(([part, entry]) => centralHeader(entry, starts.get(part)! + entry.offset)));
  yield directory;
  yield endRecord(kept.length, directory.length, at);
}

function commonHeader(entry: PackedEntry): Buffer {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(VERSION, 0);
  header.writeUInt16LE(UTF8_NAMES, 2);
  header.writeUInt16LE(stored(entry) ? 0 : 8, 4);
  header.writeUInt16LE(DATE, 8);
  header.writeUInt32LE(entry.crc, 10);
  header.writeUInt32LE(entry.packed, 14);
  header.writeUInt32LE(entry.size, 18);
  header.writeUInt16LE(Buffer.byteLength(entry.path), 22);
  return header;
}

function localHeader(entry: PackedEntry): Buffer {
  return Buffer.concat([Buffer.from('PK\x03\x04'), commonHeader(entry), Buffer.from(entry.path)]);
}

function centralHeader(entry: PackedEntry, offset: number): Buffer {
  const made = Buffer.from([VERSION, UNIX]);
  const rest = Buffer.alloc(14);
  const mode = entry.kind === 'link' ? 0o120777 : entry.executable ? 0o100755 : 0o100644;
  rest.writeUInt32LE(mode * 0x10000, 6);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([Buffer.from('PK\x01\x02'), made, commonHeader(entry), rest, Buffer.from(entry.path)]);
}

function endRecord(entries: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
