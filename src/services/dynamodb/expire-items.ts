import type { Ids, Store, Transaction } from '../../kernel/index.ts';
import { changeItem, dueAt, itemAt } from './change-item.ts';
import { type Expiry, expiries, tables } from './collections.ts';

/** Items of one transaction. */
const SLICE = 50;
/** Transactions of one sweep; the next one goes on. */
const MOST_SLICES = 200;
/** AWS leaves alone what was due longer ago. */
const OLDEST_S = 5 * 365 * 24 * 60 * 60;

/** Deletes items whose time to live is over; their stream records tell who did it. Resolves to how many rows were looked at. */
export async function expireItems({ store, ids }: { store: Store; ids: Ids }, now: number, signal: AbortSignal): Promise<number> {
  const seconds = Math.floor(now / 1000);
  let seen = 0;
  for (let slices = 0; slices < MOST_SLICES && !signal.aborted; slices++) {
    const due = (await store.read.range(expiries, { to: [Math.max(seconds, 0)], limit: SLICE })).items;
    if (due.length === 0) break;
    const records = due.map(() => ids.hex(16));
    await store.transact(async (tx) => {
      for (const [i, expiry] of due.entries()) await expire(tx, expiry, { now, id: records[i]! });
    });
    seen += due.length;
    if (due.length < SLICE) break;
  }
  return seen;
}

/** The row only says where to look: the table and the item decide. */
async function expire(
  tx: Transaction,
  { at, table: id, pk, sk }: Expiry,
  { now, id: record }: { now: number; id: string },
): Promise<void> {
  const place = { pk, sk };
  await tx.delete(expiries, [at, id, pk, sk]);
  const [table] = (await tx.range(tables, { index: 'by-id', prefix: [id], limit: 1 })).items;
  if (!table?.ttl?.enabled || at < now / 1000 - OLDEST_S) return;
  const before = await itemAt(tx, table, place);
  if (!before || dueAt(table.ttl.attribute, before) !== at) return;
  await changeItem(tx, table, { place, before, after: undefined }, { now, id: record, expired: true });
}
