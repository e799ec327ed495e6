import { bug } from '../kernel/index.ts';

/** Events of one log stream in the order of their times; times in epoch ms. */
export interface ChunkEvents {
  readonly times: readonly number[];
  readonly texts: readonly string[];
}

const VERSION = 1;
const HEAD = 16;

/** No chunk spans more than this, so that a reader knows how far back to look for what covers a time. */
export const CHUNK_SPAN_MS = 10_000;

/**
 * Many log events as one row's bytes: u8 version, 3 zero bytes, u32 count, f64 first time; for each event u32 ms after the first and u32
 * length of its text in UTF-16 units; then all texts as UTF-8. Little endian. A lone surrogate becomes U+FFFD.
 */
export function encodeChunk(times: readonly number[], lengths: readonly number[], joined: string): Uint8Array {
  const count = times.length;
  const text = HEAD + count * 8;
  const bytes = Buffer.allocUnsafe(text + Buffer.byteLength(joined));
  const first = times[0] ?? 0;
  bytes.fill(0, 0, 4);
  bytes[0] = VERSION;
  bytes.writeUInt32LE(count, 4);
  bytes.writeDoubleLE(first, 8);
  for (let i = 0, at = HEAD; i < count; i++, at += 8) {
    bytes.writeUInt32LE(times[i]! - first, at);
    bytes.writeUInt32LE(lengths[i]!, at + 4);
  }
  bytes.write(joined, text);
  return bytes;
}

export function decodeChunk(given: Uint8Array): ChunkEvents {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  if (bytes.byteLength < HEAD || bytes[0] !== VERSION) throw bug('a log chunk of an unknown format');
  const count = bytes.readUInt32LE(4);
  const first = bytes.readDoubleLE(8);
  const joined = bytes.toString('utf8', HEAD + count * 8);
  const times: number[] = [];
  const texts: string[] = [];
  for (let i = 0, at = HEAD, from = 0; i < count; i++, at += 8) {
    const length = bytes.readUInt32LE(at + 4);
    times.push(first + bytes.readUInt32LE(at));
    texts.push(joined.slice(from, from + length));
    from += length;
  }
  return { times, texts };
}
