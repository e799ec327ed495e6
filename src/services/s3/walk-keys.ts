import type { Reader } from '../../kernel/index.ts';
import { afterPrefix, commonPrefix } from '../../model/index.ts';
import { objects, type StoredObject } from './collections.ts';

export interface Walk {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter?: string;
  /** Only keys and common prefixes that come after this one, in UTF-8 byte order. */
  readonly after?: string;
  /** How many entries at most; 0 to 1,000. */
  readonly limit: number;
}

export interface Listing {
  readonly objects: readonly StoredObject[];
  readonly prefixes: readonly string[];
  /** The last entry, when more follow. */
  readonly next?: string;
}

const FIRST_PAGE = 16;

/**
 * Keys and common prefixes in order (spec/backends.md §2.5). What lies below a common prefix is skipped by a new range, never read to its
 * end: about one short read for each common prefix.
 */
export async function walkKeys(from: Reader, walk: Walk): Promise<Listing> {
  const found = { objects: [] as StoredObject[], prefixes: [] as string[] };
  const size = () => found.objects.length + found.prefixes.length;
  if (walk.limit === 0) return found;
  let last: string | undefined;
  const cursor = start(walk);
  while (cursor) {
    const page = await from.range(objects, {
      prefix: [walk.bucket],
      ...(cursor.after === undefined ? { from: [cursor.from] } : { after: [cursor.after] }),
      ...(cursor.to === undefined ? {} : { to: [cursor.to] }),
      limit: Math.min(walk.delimiter ? cursor.page : 1000, walk.limit - size() + 1),
    });
    let group: string | undefined;
    for (const object of page.items) {
      if (group !== undefined && object.key.startsWith(group)) continue;
      if (size() === walk.limit) return { ...found, next: last! };
      group = commonPrefix(object.key, walk.prefix, walk.delimiter);
      if (group === undefined) found.objects.push(object);
      else found.prefixes.push(group);
      last = group ?? object.key;
    }
    if (!page.next || !advance(cursor, group, page.items.at(-1)!.key)) return found;
  }
  return found;
}

interface Cursor {
  from: string;
  after?: string;
  readonly to: string | undefined;
  page: number;
}

function start({ prefix, delimiter, after }: Walk): Cursor | undefined {
  const to = afterPrefix(prefix);
  const at = { from: prefix, to, page: FIRST_PAGE };
  if (after === undefined || before(after, prefix)) return at;
  const group = commonPrefix(after, prefix, delimiter);
  if (group === undefined) return { ...at, after };
  const from = afterPrefix(group);
  return from === undefined ? undefined : { ...at, from };
}

/** Past the group that the page ended in, or past its last key. Long pages pay when they are not skipped over. */
function advance(cursor: Cursor, group: string | undefined, lastKey: string): boolean {
  if (group === undefined) {
    cursor.after = lastKey;
    cursor.page = Math.min(cursor.page * 4, 1000);
    return true;
  }
  const next = afterPrefix(group);
  if (next === undefined) return false;
  cursor.from = next;
  delete cursor.after;
  cursor.page = FIRST_PAGE;
  return true;
}

function before(a: string, b: string): boolean {
  return compareKeys(a, b) < 0;
}

/** UTF-8 byte order, which JavaScript's own (UTF-16) is not. */
export function compareKeys(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
