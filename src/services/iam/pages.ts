import { fail } from '../../kernel/index.ts';

interface Asked {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

export interface Listed<T> {
  readonly items: readonly T[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

/** Cuts one page out of an ordered list; the marker names the last entry given. */
export function pageOf<T>(all: readonly T[], nameOf: (item: T) => string, asked: Asked): Listed<T> {
  const after = asked.Marker === undefined ? undefined : readMarker(asked.Marker);
  const rest = after === undefined ? all : all.filter((item) => nameOf(item) > after);
  const items = rest.slice(0, asked.MaxItems ?? 100);
  if (items.length === rest.length) return { items, IsTruncated: false };
  return { items, IsTruncated: true, Marker: Buffer.from(nameOf(items.at(-1)!)).toString('base64url') };
}

function readMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64url').toString();
  if (text === '' || Buffer.from(text).toString('base64url') !== marker) {
    throw fail('ValidationError', 'Invalid Marker.');
  }
  return text;
}
