import type { ItemCollectionMetrics } from '@aws-sdk/client-dynamodb';
import type { Table } from './collections.ts';
import { attribute, type Item } from './values/item.ts';

/** ItemCollectionMetrics of a table with local indexes, when asked for; the estimate has AWS's own grain of a gigabyte. */
export function collectionMetrics(
  asked: 'NONE' | 'SIZE' | undefined,
  table: Table,
  item: Item | undefined,
): { ItemCollectionMetrics?: ItemCollectionMetrics } {
  if (asked !== 'SIZE' || !item || !table.indexes.some(({ kind }) => kind === 'local')) return {};
  const { name } = table.keys[0]!;
  return { ItemCollectionMetrics: { ItemCollectionKey: { [name]: attribute(item, name)! }, SizeEstimateRangeGB: [0, 1] } };
}

/** Adds the metrics of one item to those of a call, by table. */
export function noteMetrics(
  all: Record<string, ItemCollectionMetrics[]>,
  table: string,
  { ItemCollectionMetrics: metrics }: { ItemCollectionMetrics?: ItemCollectionMetrics },
): void {
  if (!metrics) return;
  const soFar = all[table];
  if (soFar) soFar.push(metrics);
  else all[table] = [metrics];
}
