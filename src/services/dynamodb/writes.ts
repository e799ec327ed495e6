import { fail, type Transaction } from '../../kernel/index.ts';
import type { Place as At } from '../../model/index.ts';
import type { Units } from './capacity.ts';
import { changeItem, followsChanges, type ItemChange, itemAt, type Origin } from './change-item.ts';
import type { Table } from './collections.ts';
import type { Bound } from './expressions/bind.ts';
import type { Condition, Path, Update } from './expressions/compiled.ts';
import { holds } from './expressions/condition.ts';
import { checkScalarKeys, conditionPaths } from './expressions/key-condition.ts';
import { bindRequest, type RequestInput } from './expressions/legacy.ts';
import { applyUpdate } from './expressions/update.ts';
import { checkIndexKeyUpdates, checkUpdatedIndexKeys, checkUpdateKeys } from './expressions/update-keys.ts';
import { type TableRef, tableRef } from './found.ts';
import { type Place, placeOf, placeOfKey } from './item-keys.ts';
import { checkItem, checkItemSize, type Item, normalizeItem } from './values/item.ts';
import { checkIndexKeys, checkItemKeys, type KeyElement } from './values/keys.ts';

/** The members that a write of one item can have, besides what it writes. */
export interface WriteInput extends RequestInput {
  readonly TableName?: string;
  readonly Key?: unknown;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

/** One write of one item, checked as far as can be without its table: what PutItem, UpdateItem, DeleteItem and transactions have in common. */
export interface Write {
  readonly ref: TableRef;
  readonly condition: Condition | undefined;
  /** ReturnValuesOnConditionCheckFailure is ALL_OLD. */
  readonly showsOld: boolean;
  /** Whether what was there decides what comes. */
  readonly rests: boolean;
  /** Where it goes. Throws ValidationException when keys are wrong for the table or its indexes. */
  readonly place: (table: Table) => Place;
  /** What the item becomes; undefined: gone. Throws ValidationException. */
  readonly next: (table: Table, before: Item | undefined) => Next;
}

export interface Next {
  readonly after: Item | undefined;
  /** The paths that an update changed. */
  readonly touched?: readonly Path[];
}

/** A write that was judged and is not done yet. */
export type Judged = ItemChange & Next;

/** A put of a whole item. Throws ValidationException. */
export function putOf(at: At, input: WriteInput & { readonly Item?: unknown }): Write {
  const ref = tableRef(at, input.TableName);
  const { condition } = bindRequest('PutItem', input);
  const given = input.Item as Item;
  checkItem(given);
  const item = normalizeItem(given);
  return {
    ref,
    condition,
    showsOld: showsOld(input),
    rests: false,
    place: (table) => {
      checkItemKeys(table.keys, item);
      for (const index of table.indexes) checkIndexKeys(index.name, index.keys, item);
      checkItemSize(item, 'put');
      return placeOf(table, item);
    },
    next: () => ({ after: item }),
  };
}

/** A deletion. */
export function deleteOf(at: At, input: WriteInput): Write {
  return { ...keyed(at, input, bindRequest('DeleteItem', input)), rests: false, next: () => ({ after: undefined }) };
}

/** A condition of a transaction, which leaves the item as it is. */
export function checkOf(at: At, input: WriteInput): Write {
  return { ...keyed(at, input, bindRequest('DeleteItem', input)), rests: true, next: (_, before) => ({ after: before }) };
}

/** An update; an item that is not there begins as its key. */
export function updateOf(at: At, input: WriteInput): Write {
  const bound = bindRequest('UpdateItem', input);
  const base = keyed(at, input, bound);
  const { update } = bound;
  const key = keyGiven(input);
  if (!update) return { ...base, rests: true, next: (_, before) => ({ after: before ?? key, touched: [] }) };
  return {
    ...base,
    rests: true,
    place: (table) => {
      const place = base.place(table);
      checkUpdateKeys(update, table.keys);
      checkScalars(
        table,
        update.actions.map(({ path }) => path),
      );
      for (const index of table.indexes) checkIndexKeyUpdates(update, index.name, index.keys);
      return place;
    },
    next: (table, before) => {
      if (!before && takesAway(update)) return { after: undefined, touched: [] };
      const { item, touched } = applyUpdate(update, before ?? key);
      for (const { keys } of table.indexes) checkUpdatedIndexKeys(update, item, keys);
      checkItemSize(item, 'update');
      return { after: item, touched };
    },
  };
}

/** The old parameters make no item only to take something away from it. */
function takesAway({ actions, legacy }: Update): boolean {
  return legacy && actions.every(({ kind }) => kind === 'remove' || kind === 'delete');
}

function keyed(at: At, input: WriteInput, { condition }: Bound): Omit<Write, 'rests' | 'next'> {
  const key = keyGiven(input);
  const place = (table: Table) => placeOfKey(table, key);
  return { ref: tableRef(at, input.TableName), condition, showsOld: showsOld(input), place };
}

/** The Key parameter, with its numbers in order. Throws ValidationException. */
export function keyGiven({ Key }: { readonly Key?: unknown }): Item {
  checkItem(Key as Item);
  return normalizeItem(Key as Item);
}

function showsOld(input: WriteInput): boolean {
  return input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
}

/** Reads what was there if that matters, and works out what comes. Throws ConditionalCheckFailedException, ValidationException. */
export async function judge(tx: Transaction, table: Table, write: Write, mustRead: boolean): Promise<Judged> {
  const place = write.place(table);
  if (write.condition) checkScalars(table, conditionPaths(write.condition));
  const reads = mustRead || write.rests || write.condition !== undefined || followsChanges(table);
  const before = reads ? await itemAt(tx, table, place) : undefined;
  if (write.condition && !holds(write.condition, before)) throw conditionFailed(write, before);
  return { place, before, ...write.next(table, before) };
}

/** Throws ValidationException when a path looks into an attribute that is a key of the table or of an index. */
export function checkScalars({ keys, indexes }: Table, paths: readonly Path[]): void {
  if (paths.every(({ length }) => length === 1)) return;
  const names = (elements: readonly KeyElement[]) => elements.map(({ name }) => name);
  checkScalarKeys(
    paths,
    names(keys),
    indexes.flatMap((index) => names(index.keys)),
  );
}

/** Judges a write and does it. */
export async function perform(
  tx: Transaction,
  { table, write, mustRead }: { table: Table; write: Write; mustRead: boolean },
  origin: Origin,
): Promise<Judged & { units: Units }> {
  const judged = await judge(tx, table, write, mustRead);
  return { ...judged, units: await changeItem(tx, table, judged, origin) };
}

export const CONDITION_FAILED = 'The conditional request failed';

/** A condition does not hold; the item goes along when it was asked for. */
export function conditionFailed({ showsOld }: Pick<Write, 'showsOld'>, before: Item | undefined) {
  const fields = showsOld && before ? { fields: { Item: before } } : {};
  return fail('ConditionalCheckFailedException', CONDITION_FAILED, fields);
}
