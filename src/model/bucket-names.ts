import { fail } from '../kernel/index.ts';

const RESERVED_PREFIXES = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const RESERVED_SUFFIXES = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/** Whether a bucket of this name may be created (spec/backends.md §2.2). */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)) &&
    !RESERVED_SUFFIXES.some((suffix) => name.endsWith(suffix))
  );
}

/** Throws KeyTooLongError unless a key has 1 to 1,024 bytes of UTF-8. Everything else is a legal key, taken literally. */
export function checkKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > 1024) throw fail('KeyTooLongError', 'Your key is too long', { fields: { Size: size, MaxSizeAllowed: 1024 } });
  if (size === 0) throw fail('InvalidArgument', 'Key must have length greater than or equal to 1');
}
