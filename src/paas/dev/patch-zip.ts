/**
 * Zip files (APPNOTE 6.3.10 §4.3) of our own builds, changed without being unpacked: what was there stays where it is, new contents come behind it,
 * and a new directory names those that count.
 */
import { crc32 } from 'node:zlib';

export interface ZipDirectory {
  /** By name, its entry of the central directory. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** Where the directory begins. */
  readonly start: number;
}

export interface ZipEntry {
  readonly crc: number;
  /** Unpacked bytes. */
  readonly size: number;
  readonly header: Buffer;
}

export interface ZipPut {
  readonly name: string;
  readonly bytes: Buffer;
  readonly kind: 'file' | 'program' | 'link';
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 65_535;
const ZIP64 = 0xffffffff;
const MOST_ENTRIES = 65_534;
const DATE = 0x0021; // 1980-01-01, as builds write it
const UTF8_NAMES = 0x0800;
const VERSION = 20;
const UNIX = 3;
const MODES = { file: 0o100644, program: 0o100755, link: 0o120777 };

/** Undefined when it is none that can be changed so: zip64, or no zip. */
export function readDirectory(zip: Buffer): ZipDirectory | undefined {
  const end = endOf(zip);
  if (end < 0) return undefined;
  const [count, start] = [zip.readUInt16LE(end + 10), zip.readUInt32LE(end + 16)];
  if (start === ZIP64 || count > MOST_ENTRIES || start > end) return undefined;
  const entries = new Map<string, ZipEntry>();
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > end || zip.readUInt32LE(at) !== CENTRAL) return undefined;
    const name = zip.readUInt16LE(at + 28);
    const length = CENTRAL_BYTES + name + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    const header = zip.subarray(at, at + length);
    const text = header.toString('utf8', CENTRAL_BYTES, CENTRAL_BYTES + name);
    entries.set(text, { crc: header.readUInt32LE(16), size: header.readUInt32LE(24), header });
    at += length;
  }
  return at <= end ? { entries, start } : undefined;
}

function endOf(zip: Buffer): number {
  const last = zip.length - END_BYTES;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) if (zip.readUInt32LE(at) === END) return at;
  return -1;
}

/** The same zip with these contents put in, and these names gone. Contents are stored as they are: nothing is compressed on a way that is waited for. */
export function patchZip(
  zip: Buffer,
  { entries, start }: ZipDirectory,
  { put, remove }: { readonly put: readonly ZipPut[]; readonly remove: readonly string[] },
): Buffer {
  const kept = new Map([...entries].map(([name, { header }]) => [name, header]));
  for (const name of remove) kept.delete(name);
  const pieces: Buffer[] = [zip.subarray(0, start)];
  let at = start;
  for (const one of put) {
    const common = commonHeader(one);
    const local = Buffer.concat([word(LOCAL), common, Buffer.from(one.name)]);
    kept.set(one.name, centralHeader(one, common, at));
    pieces.push(local, one.bytes);
    at += local.length + one.bytes.length;
  }
  const directory = Buffer.concat([...kept.values()]);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(kept.size, 8);
  end.writeUInt16LE(kept.size, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...pieces, directory, end]);
}

function commonHeader({ name, bytes }: ZipPut): Buffer {
  const header = Buffer.alloc(LOCAL_BYTES - 4);
  header.writeUInt16LE(VERSION, 0);
  header.writeUInt16LE(UTF8_NAMES, 2);
  header.writeUInt16LE(DATE, 8);
  header.writeUInt32LE(crc32(bytes), 10);
  header.writeUInt32LE(bytes.length, 14);
  header.writeUInt32LE(bytes.length, 18);
  header.writeUInt16LE(Buffer.byteLength(name), 22);
  return header;
}

function centralHeader({ name, kind }: ZipPut, common: Buffer, offset: number): Buffer {
  const rest = Buffer.alloc(CENTRAL_BYTES - 6 - common.length);
  rest.writeUInt32LE(MODES[kind] * 0x10000, 6);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([word(CENTRAL), Buffer.from([VERSION, UNIX]), common, rest, Buffer.from(name)]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
