import type { Key, Reader } from '../../kernel/index.ts';
import { entries, type IndexEntry, items, type StoredItem, type Table, type TableIndex } from './collections.ts';
import type { Place } from './item-keys.ts';

/** A page of Query and Scan ends with the item that reaches this many bytes. */
const PAGE_BYTES = 1024 * 1024;
const MOST_ROWS = 1000;

/** One stretch of a table or of one of its indexes. */
export interface Stretch {
  readonly table: Table;
  readonly index?: TableIndex;
  /** Partition of a Query. */
  readonly pk?: string;
  /** Bounds on what follows: sort keys of a Query, partitions of a Scan's segment. to is exclusive. */
  readonly from?: string;
  readonly to?: string;
  /** Where the page before ended: the place there, and in the table if that is an index. */
  readonly after?: Place & { readonly inTable: Place };
  readonly backwards?: boolean;
  /** Items looked at, at most. */
  readonly limit: number | undefined;
}

/** A row of either collection. */
export type Row = Pick<StoredItem, 'pk' | 'sk' | 'size' | 'item'>;

export interface Walked {
  readonly rows: readonly Row[];
  readonly bytes: number;
  /** It stopped at its limit or at 1 MB, not at the end of the stretch (spec/backends.md §3.6). */
  readonly stopped: boolean;
}

/** Reads one page of a stretch in order. */
export async function walk(read: Reader, stretch: Stretch): Promise<Walked> {
  const { limit = Number.POSITIVE_INFINITY } = stretch;
  const rows: Row[] = [];
  let bytes = 0;
  let after = stretch.after && afterKey(stretch);
  for (;;) {
    const page = await readPage(read, stretch, { after, limit: Math.min(limit - rows.length, MOST_ROWS) });
    for (const row of page.items) {
      rows.push(row);
      bytes += row.size;
      if (rows.length >= limit || bytes >= PAGE_BYTES) return { rows, bytes, stopped: true };
    }
    if (!page.next) return { rows, bytes, stopped: false };
    after = page.next;
  }
}

/** The place of a row of an index in its table. */
export function inTable(row: Row): Place {
  const { tablePk: pk, tableSk: sk } = row as unknown as IndexEntry;
  return { pk, sk };
}

function readPage(read: Reader, stretch: Stretch, { after, limit }: { after: Key | undefined; limit: number }) {
  const { table, index, pk, from, to, backwards = false } = stretch;
  const range = {
    prefix: pk === undefined ? [index?.id ?? table.id] : [index?.id ?? table.id, pk],
    ...(from === undefined ? {} : { from: [from] }),
    ...(to === undefined ? {} : { to: [to] }),
    ...(after ? { after } : {}),
    reverse: backwards,
    limit,
  };
  return index ? read.range(entries, range) : read.range(items, range);
}

function afterKey({ index, pk, after }: Stretch): Key {
  const { pk: partition, sk, inTable } = after!;
  const place = pk === undefined ? [partition, sk] : [sk];
  return index ? [...place, inTable.pk, inTable.sk] : place;
}
