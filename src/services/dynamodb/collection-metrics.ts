import type { ItemCollectionMetrics } from '@aws-sdk/client-dynamodb';
import type { Reader } from '../../kernel/index.ts';
import { itemCollections, type Table } from './collections.ts';
import { hasCollections } from './item-collections.ts';
import { placeOf } from './item-keys.ts';
import { attribute, type Item } from './values/item.ts';

const GIGABYTE = 2 ** 30;

/** What ReturnItemCollectionMetrics asks for, of the item or its key. */
export interface MetricsOf {
  readonly asked: 'NONE' | 'SIZE' | undefined;
  readonly table: Table;
  readonly item: Item | undefined;
}

/** ItemCollectionMetrics of a table with local indexes, when asked for; the estimate has AWS's own grain of a gigabyte. */
export async function collectionMetrics(
  from: Pick<Reader, 'get'>,
  { asked, table, item }: MetricsOf,
): Promise<{ ItemCollectionMetrics?: ItemCollectionMetrics }> {
  if (asked !== 'SIZE' || !item || !hasCollections(table)) return {};
  const { name } = table.keys[0]!;
  const counted = await from.get(itemCollections, [table.id, placeOf(table, item).pk]);
  const least = Math.floor((counted?.bytes ?? 0) / GIGABYTE);
  const SizeEstimateRangeGB = [least, least + 1];
  return { ItemCollectionMetrics: { ItemCollectionKey: { [name]: attribute(item, name)! }, SizeEstimateRangeGB } };
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
