import type { Transaction } from '../../kernel/index.ts';
import { writeUnits } from './capacity.ts';
import { entries, type IndexEntry, type Table, type TableIndex } from './collections.ts';
import { type Place, placeOf } from './item-keys.ts';
import { itemBytes } from './stored-item.ts';
import { attribute, type Item, itemSize, sameItem } from './values/item.ts';
import { isEmpty } from './values/keys.ts';

/** Whether an index takes an item in: it has all key attributes, of the right types (indexes are sparse). */
function takes({ keys }: TableIndex, item: Item): boolean {
  return keys.every(({ name, type }) => {
    const value = attribute(item, name);
    return value?.[type] !== undefined && !isEmpty(value);
  });
}

/** The names of the attributes an index holds; undefined: all. */
export function projectedNames(table: Table, index: TableIndex): ReadonlySet<string> | undefined {
  const { type, names = [] } = index.projection;
  if (type === 'ALL') return undefined;
  return new Set([...table.keys.map(({ name }) => name), ...index.keys.map(({ name }) => name), ...names]);
}

function projected(table: Table, index: TableIndex, item: Item): Item {
  const names = projectedNames(table, index);
  if (!names) return item;
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

/** Puts what an index holds of an item; also when an index is filled with the items that were there before it. */
export async function putEntry(tx: Transaction, table: Table, index: TableIndex, item: Item, place: Place): Promise<void> {
  if (takes(index, item)) await tx.put(entries, entryOf(index, projected(table, index, item), { item, place }));
}

function entryOf(index: TableIndex, held: Item, { item, place }: { item: Item; place: Place }): IndexEntry {
  return {
    index: index.id,
    ...placeOf(index, item),
    tablePk: place.pk,
    tableSk: place.sk,
    size: itemSize(held),
    item: itemBytes(held),
  };
}

/** Brings one index from one state of an item to the next; resolves to the write units that took, and by how many bytes it grew. */
export async function changeEntry(
  tx: Transaction,
  { table, index, place }: { table: Table; index: TableIndex; place: Place },
  before: Item | undefined,
  after: Item | undefined,
): Promise<{ readonly units: number; readonly growth: number }> {
  const old = before && takes(index, before) ? projected(table, index, before) : undefined;
  const held = after && takes(index, after) ? projected(table, index, after) : undefined;
  const was = old && placeOf(index, old);
  const is = held && placeOf(index, held);
  let units = 0;
  let growth = old ? -itemSize(old) : 0;
  const stays = was && is && was.pk === is.pk && was.sk === is.sk;
  if (stays && sameItem(old!, held!)) return { units: 0, growth: 0 };
  if (was && !stays) {
    await tx.delete(entries, [index.id, was.pk, was.sk, place.pk, place.sk]);
    units += writeUnits(itemSize(old!));
  }
  if (held) {
    const entry = entryOf(index, held, { item: after!, place });
    await tx.put(entries, entry);
    units += writeUnits(Math.max(entry.size, stays ? itemSize(old!) : 0));
    growth += entry.size;
  }
  return { units, growth };
}
