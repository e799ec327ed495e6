import { fail, type Transaction } from '../../kernel/index.ts';
import { itemCollections, type Table } from './collections.ts';

/** What one partition key may hold in a table with local indexes: its items and their entries there, in bytes (spec/backends.md §3.3). */
export const MOST_COLLECTION_BYTES: number = 10 * 2 ** 30;

/** Whether the collections of a table's items are counted. */
export function hasCollections({ indexes }: Table): boolean {
  return indexes.some(({ kind }) => kind === 'local');
}

/**
 * Counts what a write adds to an item's collection, or takes away, in the transaction of the write: one get and one put, only for tables
 * with local indexes. Throws ItemCollectionSizeLimitExceededException when it grows beyond 10 GB.
 */
export async function countCollection(
  tx: Transaction,
  table: Table,
  { pk, growth }: { readonly pk: string; readonly growth: number },
): Promise<void> {
  if (growth === 0) return;
  const key = [table.id, pk] as const;
  const bytes = Math.max(0, ((await tx.get(itemCollections, key))?.bytes ?? 0) + growth);
  if (growth > 0 && bytes > MOST_COLLECTION_BYTES)
    throw fail('ItemCollectionSizeLimitExceededException', 'The item collection would exceed its limit of 10 GB.');
  if (bytes > 0) await tx.put(itemCollections, { table: table.id, pk, bytes });
  else await tx.delete(itemCollections, key);
}
