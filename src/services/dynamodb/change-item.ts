import type { Transaction } from '../../kernel/index.ts';
import { changeTopic, type ItemImage, type TableChange, tableStreamArn } from '../../model/index.ts';
import { type Units, writeUnits } from './capacity.ts';
import { expiries, items, type LatestStream, type Table } from './collections.ts';
import { changeEntry } from './index-entries.ts';
import { countCollection, hasCollections } from './item-collections.ts';
import { keyOf, type Place } from './item-keys.ts';
import { itemBytes, itemIn } from './stored-item.ts';
import { attribute, type Item, itemSize, sameItem, toJsonItem } from './values/item.ts';

/** Where a change came from. */
export interface Origin {
  /** Epoch ms. */
  readonly now: number;
  /** 32 hex digits, unique: the id of its stream record. */
  readonly id: string;
  /** The invocation that asked for it, if one did. */
  readonly cause?: string;
  /** Time to live did it. */
  readonly expired?: boolean;
}

/** One item's way from what it was to what it is; undefined: not there. */
export interface ItemChange {
  readonly place: Place;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** Whether a write must know what was there: an index, time to live or a stream has to follow. */
export function followsChanges({ indexes, ttl, stream }: Table): boolean {
  return indexes.length > 0 || ttl?.enabled === true || stream?.enabled === true;
}

/** The item at a place, binary values as bytes. */
export async function itemAt(from: Pick<Transaction, 'get'>, table: Table, { pk, sk }: Place): Promise<Item | undefined> {
  const stored = await from.get(items, [table.id, pk, sk]);
  return stored && itemIn(stored);
}

/**
 * Writes one change, with its index entries, its expiry and its stream record, in the caller's transaction. A write that changes nothing
 * leaves no record (spec/backends.md §4). Unless the table follows changes, before may be left out. Resolves to the units it took. Throws
 * ItemCollectionSizeLimitExceededException.
 */
export async function changeItem(tx: Transaction, table: Table, change: ItemChange, origin: Origin): Promise<Units> {
  const { place, before, after } = change;
  const size = after ? itemSize(after) : 0;
  const units = writeUnits(Math.max(size, before ? itemSize(before) : 0));
  if (before && after && sameItem(before, after)) return { table: units };
  if (after) await tx.put(items, { table: table.id, ...place, size, item: itemBytes(after) });
  else await tx.delete(items, [table.id, place.pk, place.sk]);
  if (!followsChanges(table)) return { table: units };
  const indexes: Record<string, number> = {};
  let growth = size - (before ? itemSize(before) : 0);
  for (const index of table.indexes) {
    const changed = await changeEntry(tx, { table, index, place }, before, after);
    if (changed.units > 0) indexes[index.name] = changed.units;
    if (index.kind === 'local') growth += changed.growth;
  }
  if (hasCollections(table)) await countCollection(tx, table, { pk: place.pk, growth });
  if (table.ttl?.enabled) await changeExpiry(tx, table, change);
  if (table.stream?.enabled && (before || after)) await record(tx, table, table.stream, { change, size, origin });
  return { table: units, indexes };
}

/** When an item is due, in epoch seconds; undefined: never (no number, or more than five years ago). */
export function dueAt(name: string, item: Item | undefined): number | undefined {
  const value = item && attribute(item, name);
  const at = value?.N === undefined ? Number.NaN : Math.floor(Number(value.N));
  return Number.isSafeInteger(at) && at > 0 ? at : undefined;
}

async function changeExpiry(tx: Transaction, table: Table, { place, before, after }: ItemChange): Promise<void> {
  const name = table.ttl!.attribute;
  const was = dueAt(name, before);
  const is = dueAt(name, after);
  if (was === is) return;
  if (was !== undefined) await tx.delete(expiries, [was, table.id, place.pk, place.sk]);
  if (is !== undefined) await tx.put(expiries, { at: is, table: table.id, ...place });
}

/** Appends the stream's record: exactly one for a change, in the transaction that makes it. */
async function record(
  tx: Transaction,
  table: Table,
  stream: LatestStream,
  { change, size, origin }: { change: ItemChange; size: number; origin: Origin },
): Promise<void> {
  const { before, after, place } = change;
  const { viewType } = stream;
  const keys = keyOf((after ?? before)!, table);
  const shows = (which: 'NEW_IMAGE' | 'OLD_IMAGE') => viewType === which || viewType === 'NEW_AND_OLD_IMAGES';
  const old = before && shows('OLD_IMAGE') ? before : undefined;
  const now = after && shows('NEW_IMAGE') ? after : undefined;
  const body: TableChange = {
    keys: toJsonItem(keys) as ItemImage,
    ...(now ? { newImage: toJsonItem(now) as ItemImage } : {}),
    ...(old ? { oldImage: toJsonItem(old) as ItemImage } : {}),
    size: itemSize(keys) + (now ? size : 0) + (old ? itemSize(old) : 0),
    viewType,
    order: place.pk,
    ...(origin.expired ? { expired: true } : {}),
  };
  await tx.append(changeTopic.name, stream.lane, {
    id: origin.id,
    type: before ? (after ? 'MODIFY' : 'REMOVE') : 'INSERT',
    source: 'dynamodb',
    subject: tableStreamArn({ ...table, table: table.name, label: stream.label }),
    account: table.account,
    region: table.region,
    time: origin.now,
    ...(origin.cause === undefined ? {} : { cause: origin.cause }),
    body,
  });
}
