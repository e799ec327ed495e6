import { hash } from 'node:crypto';
import type { LetterAttribute } from './message.ts';

/** MD5 of a body, in hex. */
export function md5Of(body: Uint8Array | string): string {
  return hash('md5', body);
}

/** MD5 of message attributes as clients compute it (spec/backends.md §6.3); undefined when there are none. */
export function md5OfAttributes(attributes: Readonly<Record<string, LetterAttribute>> | undefined): string | undefined {
  const names = Object.keys(attributes ?? {});
  if (names.length === 0) return undefined;
  const parts: Buffer[] = [];
  for (const name of names.sort(byCodeUnits)) {
    const { type, value } = attributes![name]!;
    const binary = type.startsWith('Binary');
    parts.push(sized(Buffer.from(name)), sized(Buffer.from(type)), Buffer.from([binary ? 2 : 1]));
    parts.push(sized(Buffer.from(value, binary ? 'base64' : 'utf8')));
  }
  return hash('md5', Buffer.concat(parts));
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sized(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
