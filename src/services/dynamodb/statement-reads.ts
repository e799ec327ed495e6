import type { Reader } from '../../kernel/index.ts';
import type { OperationContext } from '../../model/index.ts';
import { items } from './collections.ts';
import { holds } from './expressions/condition.ts';
import { project } from './expressions/projection.ts';
import { tableOf, tableRef } from './found.ts';
import { partitionText } from './item-keys.ts';
import { rangeOf } from './partiql/key-terms.ts';
import type { Select } from './partiql/statement.ts';
import { boundsOf } from './query.ts';
import { indexOf, itemsOf, readPage } from './read-page.ts';
import { invalid } from './refusals.ts';
import { startAfter } from './start-key.ts';
import { placeBy } from './statement-writes.ts';
import { itemIn } from './stored-item.ts';
import { decodeItem, encodeItem, type Item } from './values/item.ts';
import { encodeKey } from './values/keys.ts';

export interface SelectOptions {
  readonly Limit?: number | undefined;
  readonly NextToken?: string | undefined;
  readonly ConsistentRead?: boolean | undefined;
  readonly ReturnConsumedCapacity?: 'NONE' | 'TOTAL' | 'INDEXES' | undefined;
}

/** One page of a SELECT: of one partition when its WHERE clause names one, else of the whole table or index. */
export async function selectPage(
  read: Reader,
  context: OperationContext,
  { select, options }: { select: Select; options: SelectOptions },
) {
  const table = await tableOf(read, tableRef(context, select.table));
  const { Limit, NextToken, ConsistentRead, ReturnConsumedCapacity } = options;
  const input = { IndexName: select.index, ConsistentRead, ReturnConsumedCapacity };
  const index = indexOf(table, input);
  const range = rangeOf(select.where, (index ?? table).keys);
  checkOrder(select, range !== undefined);
  const after = startAfter(table, index, { key: readToken(NextToken), scans: !range });
  const stretch = {
    table,
    ...(index ? { index } : {}),
    ...(range ? { pk: partitionText(encodeKey(range.partition)), ...boundsOf(range.sort) } : {}),
    ...(after ? { after } : {}),
    backwards: select.order?.descending ?? false,
    limit: Limit,
  };
  const page = await readPage(read, stretch, { input, bound: { filter: select.where, projection: select.projection } });
  const { last, capacity } = page;
  return { Items: itemsOf(page), ...(last ? { LastEvaluatedKey: last, NextToken: tokenOf(last) } : {}), ...capacity };
}

function checkOrder({ where, order }: Select, inPartition: boolean): void {
  if (!order) return;
  if (!where) throw invalid('Must have WHERE clause in the statement when using ORDER BY clause.');
  if (!inPartition)
    throw invalid('Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.');
}

function tokenOf(key: Item): string {
  return Buffer.from(encodeItem(key)).toString('base64url');
}

function readToken(token: string | undefined): Item | undefined {
  if (token === undefined) return undefined;
  try {
    return decodeItem(Buffer.from(token, 'base64url').toString());
  } catch {
    throw invalid('Invalid NextToken');
  }
}

/** The item that a SELECT of a batch or transaction is about, by its whole key; undefined: none, or not as the WHERE clause wants it. */
export async function selectOne(read: Reader, context: OperationContext, select: Select) {
  const table = await tableOf(read, tableRef(context, select.table));
  const { pk, sk } = placeBy(select.where)(table);
  const stored = await read.get(items, [table.id, pk, sk]);
  const item = stored && itemIn(stored);
  const found = item && (!select.where || holds(select.where, item)) ? item : undefined;
  return { table, size: stored?.size ?? 0, item: found && (select.projection ? project(select.projection, found) : found) };
}
