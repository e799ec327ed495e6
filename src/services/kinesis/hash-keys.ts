import { createHash } from 'node:crypto';
import { type Failure, fail } from '../../kernel/index.ts';

/** 2^128: how many hash keys there are (spec/backends.md §5). Here they are 32 hex digits, which compare as text; the API has decimals. */
export const HASH_KEYS: bigint = 2n ** 128n;

/** The hash key of a partition key: MD5 of its UTF-8. */
export function hashOf(partitionKey: string): string {
  return createHash('md5').update(partitionKey).digest('hex');
}

export function hexOf(key: bigint): string {
  return key.toString(16).padStart(32, '0');
}

export function decimalOf(hex: string): string {
  return BigInt(`0x${hex}`).toString();
}

/** An ExplicitHashKey as 32 hex digits. Throws InvalidArgumentException outside of [0, 2^128-1]. */
export function explicitHash(decimal: string): string {
  const key = BigInt(decimal);
  if (key >= HASH_KEYS) throw outOfRange(decimal);
  return hexOf(key);
}

function outOfRange(decimal: string): Failure {
  return fail(
    'InvalidArgumentException',
    `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${decimal}`,
  );
}

export interface HashRange {
  /** Both inclusive. */
  readonly from: string;
  readonly to: string;
}

/** Range i of n: `[i·⌊2^128/n⌋, (i+1)·⌊2^128/n⌋ − 1]`; the last takes what is left over. */
export function evenRanges(n: number): readonly HashRange[] {
  const width = HASH_KEYS / BigInt(n);
  return Array.from({ length: n }, (_, i) => ({
    from: hexOf(width * BigInt(i)),
    to: hexOf((i === n - 1 ? HASH_KEYS : width * BigInt(i + 1)) - 1n),
  }));
}

/** The key just before. */
export function before(hex: string): string {
  return hexOf(BigInt(`0x${hex}`) - 1n);
}

/** Whether b begins right behind a. */
export function adjoins(a: HashRange, b: HashRange): boolean {
  return BigInt(`0x${a.to}`) + 1n === BigInt(`0x${b.from}`);
}
