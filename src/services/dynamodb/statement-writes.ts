import { fail } from '../../kernel/index.ts';
import type { OperationContext } from '../../model/index.ts';
import type { Table } from './collections.ts';
import type { Condition } from './expressions/compiled.ts';
import { holds } from './expressions/condition.ts';
import { applyUpdate, pickPaths } from './expressions/update.ts';
import { checkUpdatedIndexKeys, checkUpdateKeys } from './expressions/update-keys.ts';
import { tableRef } from './found.ts';
import { type Place, placeOfKey } from './item-keys.ts';
import { keyRequired } from './partiql/key-terms.ts';
import type { Delete, Insert, Returning, Select, Statement, Update } from './partiql/statement.ts';
import { invalid } from './refusals.ts';
import { checkItemSize, type Item } from './values/item.ts';
import { conditionFailed, type Judged, putOf, type Write } from './writes.ts';

/** Whether a statement writes, or is the condition of those that do. */
export function isWrite(statement: Statement): boolean {
  return statement.kind !== 'select' || statement.exists;
}

/** A writing statement as a write of one item. */
export function writeOfStatement(context: OperationContext, statement: Statement, showsOld = false): Write {
  switch (statement.kind) {
    case 'insert':
      return insertOf(context, statement);
    case 'update':
      return updateOf(context, statement, showsOld);
    case 'delete':
      return deleteOf(context, statement, showsOld);
    case 'select':
      return existsOf(context, statement, showsOld);
  }
}

/** INSERT never replaces. */
function insertOf(context: OperationContext, { table, item }: Insert): Write {
  const put = putOf(context, { TableName: table, Item: item });
  return {
    ...put,
    rests: true,
    next: (of, before) => {
      if (before) throw fail('DuplicateItemException', 'Duplicate primary key exists in table');
      return put.next(of, before);
    },
  };
}

/** UPDATE never makes an item: its WHERE clause holds for no item that is not there. */
function updateOf(context: OperationContext, { table, where, actions }: Update, showsOld: boolean): Write {
  const update = { actions, legacy: false };
  const place = placeBy(where);
  return {
    ref: tableRef(context, table),
    condition: where,
    showsOld,
    rests: true,
    place: (of) => {
      checkUpdateKeys(update, of.keys);
      return place(of);
    },
    next: (of, before) => {
      const { item, touched } = applyUpdate(update, before!);
      for (const { keys } of of.indexes) checkUpdatedIndexKeys(update, item, keys);
      checkItemSize(item, 'update');
      return { after: item, touched };
    },
  };
}

/** DELETE is content with what is not there; what is there must meet its WHERE clause. */
function deleteOf(context: OperationContext, { table, where }: Delete, showsOld: boolean): Write {
  return {
    ref: tableRef(context, table),
    condition: undefined,
    showsOld,
    rests: true,
    place: placeBy(where),
    next: (_, before) => {
      if (before && !holds(where, before)) throw conditionFailed({ showsOld }, before);
      return { after: undefined };
    },
  };
}

function existsOf(context: OperationContext, { table, where }: Select, showsOld: boolean): Write {
  if (!where) throw invalid(WITHOUT_KEY);
  return {
    ref: tableRef(context, table),
    condition: where,
    showsOld,
    rests: true,
    place: placeBy(where),
    next: (_, before) => ({ after: before }),
  };
}

export const WITHOUT_KEY = 'Where clause does not contain a mandatory equality on all key attributes';

/** The place of the key that a WHERE clause requires. Throws ValidationException when it requires none. */
export function placeBy(where: Condition | undefined): (table: Table) => Place {
  return (table) => {
    const key = keyRequired(where, table.keys);
    if (!key) throw invalid(WITHOUT_KEY);
    return placeOfKey(table, key);
  };
}

/** What RETURNING shows of a write: no item or one. */
export function returnedBy(returning: Returning | undefined, { before, after, touched = [] }: Judged): Item[] {
  const item = returning?.endsWith('OLD') ? before : after;
  if (!returning || !item) return [];
  return [returning.startsWith('ALL') ? item : pickPaths(item, touched)];
}
