import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The checksum algorithms of S3. Values are big-endian bytes (4, 4, 8, 20, 32). */
export type ChecksumName = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

export const checksumNames: readonly ChecksumName[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

export const checksumBytes: Readonly<Record<ChecksumName, number>> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };

/** A checksum over chunks; value() ends it. CRC32 and the hashes are native, CRC32C and CRC64NVME run by tables, 8 bytes a step. */
export interface RunningChecksum {
  update(chunk: Uint8Array): void;
  value(): Buffer;
}

export function runningChecksum(name: ChecksumName): RunningChecksum {
  if (name === 'CRC32') return runningCrc32(crc32);
  if (name === 'CRC32C') return runningCrc32(crc32c);
  if (name === 'CRC64NVME') return runningCrc64();
  const hash = createHash(name === 'SHA1' ? 'sha1' : 'sha256');
  return { update: (chunk) => void hash.update(chunk), value: () => hash.digest() };
}

/** The same over bytes at hand. */
export function checksumOf(name: ChecksumName, content: Uint8Array): Buffer {
  const running = runningChecksum(name);
  running.update(content);
  return running.value();
}

/** The CRC of parts laid end to end, out of each part's CRC and size; reads no content. */
export function joinCrcs(
  name: 'CRC32' | 'CRC32C' | 'CRC64NVME',
  parts: readonly { readonly value: Uint8Array; readonly size: number }[],
): Buffer {
  const field = fields[name];
  const shifts = new Map<number, bigint>();
  let joined = 0n;
  for (const { value, size } of parts) {
    const shift = shifts.get(size) ?? field.shift(size);
    shifts.set(size, shift);
    joined = field.multiply(shift, joined) ^ BigInt(`0x${Buffer.from(value).toString('hex')}`);
  }
  return Buffer.from(joined.toString(16).padStart(checksumBytes[name] * 2, '0'), 'hex');
}

type Crc32 = (chunk: Uint8Array, before: number) => number;

function runningCrc32(next: Crc32): RunningChecksum {
  let crc = 0;
  return {
    update: (chunk) => {
      crc = next(chunk, crc);
    },
    value: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc);
      return bytes;
    },
  };
}

const CRC32_POLYNOMIAL = 0xedb88320n;
const CRC32C_POLYNOMIAL = 0x82f63b78n;
const CRC64NVME_POLYNOMIAL = 0x9a6c9329ac4bc9b5n;

/** Eight tables of 256 entries each, in one array for the low and one for the high 32 bits (reflected polynomials). */
function tables(polynomial: bigint): { low: Uint32Array; high: Uint32Array } {
  const low = new Uint32Array(2048);
  const high = new Uint32Array(2048);
  const first: bigint[] = [];
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
    first.push(crc);
  }
  for (let byte = 0; byte < 256; byte++) {
    let crc = first[byte]!;
    for (let table = 0; table < 8; table++) {
      low[table * 256 + byte] = Number(crc & 0xffffffffn);
      high[table * 256 + byte] = Number(crc >> 32n);
      crc = (crc >> 8n) ^ first[Number(crc & 0xffn)]!;
    }
  }
  return { low, high };
}

function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const crc32cTables = lazy(() => tables(CRC32C_POLYNOMIAL).low);
const crc64Tables = lazy(() => tables(CRC64NVME_POLYNOMIAL));

function crc32c(chunk: Uint8Array, before: number): number {
  const t = crc32cTables();
  let crc = ~before;
  let at = 0;
  for (const whole = chunk.length - 7; at < whole; at += 8) {
    const x = crc ^ (chunk[at]! | (chunk[at + 1]! << 8) | (chunk[at + 2]! << 16) | (chunk[at + 3]! << 24));
    crc =
      t[1792 + (x & 255)]! ^
      t[1536 + ((x >>> 8) & 255)]! ^
      t[1280 + ((x >>> 16) & 255)]! ^
      t[1024 + (x >>> 24)]! ^
      t[768 + chunk[at + 4]!]! ^
      t[512 + chunk[at + 5]!]! ^
      t[256 + chunk[at + 6]!]! ^
      t[chunk[at + 7]!]!;
  }
  for (; at < chunk.length; at++) crc = (crc >>> 8) ^ t[(crc ^ chunk[at]!) & 255]!;
  return ~crc >>> 0;
}

function runningCrc64(): RunningChecksum {
  const { low: l, high: h } = crc64Tables();
  let low = ~0;
  let high = ~0;
  const word = (low: number, high: number, table: Uint32Array) =>
    table[1792 + (low & 255)]! ^
    table[1536 + ((low >>> 8) & 255)]! ^
    table[1280 + ((low >>> 16) & 255)]! ^
    table[1024 + (low >>> 24)]! ^
    table[768 + (high & 255)]! ^
    table[512 + ((high >>> 8) & 255)]! ^
    table[256 + ((high >>> 16) & 255)]! ^
    table[high >>> 24]!;
  return {
    update(chunk) {
      let at = 0;
      for (const whole = chunk.length - 7; at < whole; at += 8) {
        const a = low ^ (chunk[at]! | (chunk[at + 1]! << 8) | (chunk[at + 2]! << 16) | (chunk[at + 3]! << 24));
        const b = high ^ (chunk[at + 4]! | (chunk[at + 5]! << 8) | (chunk[at + 6]! << 16) | (chunk[at + 7]! << 24));
        low = word(a, b, l);
        high = word(a, b, h);
      }
      for (; at < chunk.length; at++) {
        const index = (low ^ chunk[at]!) & 255;
        low = ((low >>> 8) | (high << 24)) ^ l[index]!;
        high = (high >>> 8) ^ h[index]!;
      }
    },
    value() {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(~high >>> 0, 0);
      bytes.writeUInt32BE(~low >>> 0, 4);
      return bytes;
    },
  };
}

/** Arithmetic of polynomials over GF(2) modulo a CRC's own; bit width-1 is x⁰ (reflected). */
function fieldOf(polynomial: bigint, width: number) {
  const one = 1n << BigInt(width - 1);
  const multiply = (a: bigint, b: bigint): bigint => {
    let product = 0n;
    for (let bit = one; bit; bit >>= 1n) {
      if (a & bit) product ^= b;
      b = b & 1n ? (b >> 1n) ^ polynomial : b >> 1n;
    }
    return product;
  };
  const powers = lazy(() => {
    const squares = [one >> 1n];
    while (squares.length < 56) squares.push(multiply(squares.at(-1)!, squares.at(-1)!));
    return squares;
  });
  /** x to the power of 8 × bytes: what a CRC is multiplied with when so many bytes follow. */
  const shift = (bytes: number): bigint => {
    let product = one;
    for (let bits = BigInt(bytes) * 8n, power = 0; bits; bits >>= 1n, power++)
      if (bits & 1n) product = multiply(powers()[power]!, product);
    return product;
  };
  return { multiply, shift };
}

const fields = {
  CRC32: fieldOf(CRC32_POLYNOMIAL, 32),
  CRC32C: fieldOf(CRC32C_POLYNOMIAL, 32),
  CRC64NVME: fieldOf(CRC64NVME_POLYNOMIAL, 64),
};
