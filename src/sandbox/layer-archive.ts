import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import tar from 'tar-stream';
import { bug, Failure, platformFailure } from '../kernel/index.ts';
import type { ArchiveLimits } from './archive.ts';
import { readEntry } from './layer-entries.ts';
import { LayerWriter } from './layer-writer.ts';

/** What a layer takes away from those below it: paths relative to its root. */
export interface LayerMarks {
  readonly removed: readonly string[];
  /** Directories in which nothing below shows; '' is the root. */
  readonly opaque: readonly string[];
}

/** Bytes between two entries that may be headers and padding: more is no archive but an attempt on our memory. */
const MOST_BETWEEN = 8 * 1024 * 1024;

/**
 * Unpacks a layer, tar as it is or by gzip or zstd, into an empty directory. Nothing is followed that it makes itself, devices are left
 * out, owners are ours, modes stay but for setuid, setgid and sticky bits. Resolves to the bytes of its files and to what it takes away.
 * Rejects with InvalidArchive, ArchiveTooLarge.
 */
export async function unpackLayerArchive(
  content: AsyncIterable<Uint8Array>,
  directory: string,
  limits: ArchiveLimits,
): Promise<LayerMarks & { readonly bytes: number }> {
  const extract = tar.extract();
  const writer = new LayerWriter(directory, limits.entries);
  const gauge: Gauge = { fed: 0, quiet: 0 };
  const feeding = feed(content, extract, { limits, gauge });
  feeding.catch(() => {});
  try {
    let bytes = 0;
    let entries = 0;
    for await (const entry of extract) {
      gauge.quiet = 0;
      const read = readEntry(entry.header);
      if (++entries > limits.entries) throw platformFailure('ArchiveTooLarge', `more than ${limits.entries} entries`);
      if (read.kind === 'file') bytes += read.size;
      if (bytes > limits.bytes) throw platformFailure('ArchiveTooLarge', `more than ${limits.bytes} bytes`);
      await writer.write(read, alive(entry as AsyncIterable<Uint8Array>, gauge));
    }
    await feeding;
    return { bytes, ...(await writer.finish()) };
  } catch (error) {
    extract.destroy(error as Error);
    await writer.finish().catch(() => {});
    throw judged(error);
  }
}

interface Gauge {
  /** Bytes so far, expanded. */
  fed: number;
  /** Bytes since the last entry or content came out. */
  quiet: number;
}

async function* alive(entry: AsyncIterable<Uint8Array>, gauge: Gauge): AsyncGenerator<Uint8Array> {
  for await (const chunk of entry) {
    gauge.quiet = 0;
    yield chunk;
  }
}

type Extract = ReturnType<typeof tar.extract>;

/** Hands the archive over at the pace at which it is unpacked; what goes wrong here ends the unpacking. */
async function feed(
  content: AsyncIterable<Uint8Array>,
  extract: Extract,
  { limits, gauge }: { readonly limits: ArchiveLimits; readonly gauge: Gauge },
): Promise<void> {
  try {
    for await (const chunk of expanded(content)) {
      gauge.fed += chunk.byteLength;
      gauge.quiet += chunk.byteLength;
      if (gauge.fed > limits.bytes + limits.entries * 1024)
        throw platformFailure('ArchiveTooLarge', `more than ${limits.bytes} bytes`);
      if (gauge.quiet > MOST_BETWEEN) throw platformFailure('InvalidArchive', 'a header is too large');
      if (extract.destroyed) return;
      if (!extract.write(chunk)) await drained(extract);
    }
    extract.end(undefined);
  } catch (error) {
    extract.destroy(error as Error);
  }
}

function drained(extract: Extract): Promise<void> {
  if (extract.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      extract.off('drain', done).off('close', done);
      resolve();
    };
    extract.on('drain', done).on('close', done);
  });
}

const GZIP = Buffer.of(0x1f, 0x8b);
const ZSTD = Buffer.of(0x28, 0xb5, 0x2f, 0xfd);
/** A frame of zstd to be skipped may come first: 0x184D2A50 to …5F. */
const SKIPPED = Buffer.of(0x2a, 0x4d, 0x18);

async function* expanded(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = content[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 4) {
    const { value, done } = await iterator.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const source = Readable.from(rest(head, iterator), { objectMode: false });
  const expand = expanderOf(head);
  if (!expand) {
    yield* source;
    return;
  }
  source.on('error', (error) => expand.destroy(error));
  try {
    yield* source.pipe(expand);
  } finally {
    source.destroy();
    expand.destroy();
  }
}

async function* rest(head: Buffer, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

function expanderOf(head: Buffer) {
  if (head.subarray(0, 2).equals(GZIP)) return createGunzip();
  if (head.subarray(0, 4).equals(ZSTD)) return createZstdDecompress();
  if (((head[0] ?? 0) & 0xf0) === 0x50 && head.subarray(1, 4).equals(SKIPPED)) return createZstdDecompress();
  return undefined;
}

/** Our own failures, and those of our disk, are what they are; all others are the archive's. */
function judged(error: unknown): unknown {
  if (error instanceof Failure) return error;
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall !== undefined) return error;
  return error instanceof Error ? platformFailure('InvalidArchive', message) : bug('a layer could not be unpacked', error);
}
