import type { Key, Store, Transaction } from '../../kernel/index.ts';
import { dueAt } from './change-item.ts';
import {
  type Chore,
  chores,
  entries,
  expiries,
  itemCollections,
  items,
  type StoredItem,
  type Table,
  tables,
} from './collections.ts';
import { putEntry } from './index-entries.ts';
import { itemIn } from './stored-item.ts';

/** Rows of one transaction, so that others get their turn. */
const SLICE = 100;

/** Slices of one go; the next one goes on. */
const MOST_SLICES = 500;

/** Does chores slice by slice. Resolves true when there is more to do. */
export async function doChores(store: Store, signal: AbortSignal): Promise<boolean> {
  let left = MOST_SLICES;
  let after: Key | undefined;
  do {
    const page = await store.read.range(chores, { ...(after ? { after } : {}), limit: 100 });
    for (const { id } of page.items) {
      for (let more = true; more; left--) {
        if (left === 0 || signal.aborted) return true;
        more = await store.transact((tx) => doSlice(tx, id));
      }
    }
    after = page.next;
  } while (after);
  return false;
}

/** One slice of a chore; resolves true while there is more of it. */
async function doSlice(tx: Transaction, id: string): Promise<boolean> {
  const chore = await tx.get(chores, [id]);
  if (!chore) return false;
  const more = await SLICES[chore.kind](tx, chore);
  if (!more) await tx.delete(chores, [id]);
  return more;
}

const SLICES: Readonly<Record<Chore['kind'], (tx: Transaction, chore: Chore) => Promise<boolean>>> = {
  items: removeItems,
  entries: removeEntries,
  fill,
};

async function removeItems(tx: Transaction, { of, attribute }: Chore): Promise<boolean> {
  const page = await tx.range(items, { prefix: [of], limit: SLICE });
  for (const { pk, sk, item } of page.items) {
    await tx.delete(items, [of, pk, sk]);
    const due = attribute === undefined ? undefined : dueAt(attribute, itemIn({ item }));
    if (due !== undefined) await tx.delete(expiries, [due, of, pk, sk]);
  }
  return page.next !== undefined || removeCollections(tx, of);
}

async function removeCollections(tx: Transaction, of: string): Promise<boolean> {
  const page = await tx.range(itemCollections, { prefix: [of], limit: SLICE });
  for (const { pk } of page.items) await tx.delete(itemCollections, [of, pk]);
  return page.next !== undefined;
}

async function removeEntries(tx: Transaction, { of }: Chore): Promise<boolean> {
  const page = await tx.range(entries, { prefix: [of], limit: SLICE });
  for (const { pk, sk, tablePk, tableSk } of page.items) await tx.delete(entries, [of, pk, sk, tablePk, tableSk]);
  return page.next !== undefined;
}

/** Takes items into a new index, or into a new time to live; writes since its creation are in it already. */
async function fill(tx: Transaction, chore: Chore): Promise<boolean> {
  const [table] = (await tx.range(tables, { index: 'by-id', prefix: [chore.of], limit: 1 })).items;
  if (!table || !isWanted(table, chore)) return false;
  const page = await tx.range(items, { prefix: [chore.of], ...(chore.after ? { after: chore.after } : {}), limit: SLICE });
  for (const row of page.items) await take(tx, table, chore, row);
  if (page.next) await tx.put(chores, { ...chore, after: page.next as unknown as readonly [string, string] });
  else await tx.put(tables, filled(table, chore));
  return page.next !== undefined;
}

function isWanted({ indexes, ttl }: Table, { index, attribute }: Chore): boolean {
  if (index !== undefined) return indexes.some(({ id }) => id === index);
  return ttl?.enabled === true && ttl.attribute === attribute;
}

async function take(tx: Transaction, table: Table, chore: Chore, { pk, sk, item }: StoredItem): Promise<void> {
  if (chore.index !== undefined) {
    const index = table.indexes.find(({ id }) => id === chore.index)!;
    return putEntry(tx, table, index, itemIn({ item }), { pk, sk });
  }
  const at = dueAt(chore.attribute!, itemIn({ item }));
  if (at !== undefined) await tx.put(expiries, { at, table: table.id, pk, sk });
}

function filled(table: Table, chore: Chore): Table {
  if (chore.index === undefined) {
    const { filling: _, ...ttl } = table.ttl!;
    return { ...table, ttl };
  }
  const indexes = table.indexes.map((index) => {
    if (index.id !== chore.index) return index;
    const { filling: _, ...whole } = index;
    return whole;
  });
  return { ...table, indexes };
}

/** Marks what is to be filled, and leaves the chore; an empty table needs none. Resolves to whether there is something to do. */
export async function leaveFill(tx: Transaction, table: Table, of: Pick<Chore, 'index' | 'attribute'>): Promise<boolean> {
  const { items: some } = await tx.range(items, { prefix: [table.id], limit: 1 });
  if (some.length === 0) return false;
  const id = `fill.${of.index ?? `${table.id}.${of.attribute}`}`;
  await tx.put(chores, { id, kind: 'fill', of: table.id, ...of });
  return true;
}

/** Leaves what remains of a deleted table. */
export async function leaveRemains(tx: Transaction, { id, indexes, ttl }: Table): Promise<void> {
  await tx.put(chores, { id, kind: 'items', of: id, ...(ttl?.enabled ? { attribute: ttl.attribute } : {}) });
  for (const index of indexes) await leaveEntries(tx, index.id);
}

/** Leaves what remains of a deleted index. */
export async function leaveEntries(tx: Transaction, index: string): Promise<void> {
  await tx.put(chores, { id: index, kind: 'entries', of: index });
}
