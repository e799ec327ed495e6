import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { Reader } from '../../kernel/index.ts';
import { consumed, readUnits, withCapacity } from './capacity.ts';
import { items, type Table, type TableIndex } from './collections.ts';
import type { Bound } from './expressions/bind.ts';
import { holds } from './expressions/condition.ts';
import { conditionPaths } from './expressions/key-condition.ts';
import { project } from './expressions/projection.ts';
import { keyOf } from './item-keys.ts';
import { invalid } from './refusals.ts';
import { readSelection, type SelectInput } from './selection.ts';
import { answerWithItems, itemIn } from './stored-item.ts';
import { type Item, toJsonItem } from './values/item.ts';
import { inTable, type Row, type Stretch, walk } from './walk.ts';
import { checkScalars } from './writes.ts';

/** What Query and Scan have in common. */
export interface PageInput extends SelectInput {
  readonly IndexName?: string;
  readonly Limit?: number;
  readonly ConsistentRead?: boolean;
  readonly ReturnConsumedCapacity?: 'NONE' | 'TOTAL' | 'INDEXES';
}

/** The index that is asked for. Throws ValidationException. */
export function indexOf(table: Table, { IndexName: name, ConsistentRead }: PageInput): TableIndex | undefined {
  if (name === undefined) return undefined;
  const index = table.indexes.find((index) => index.name === name);
  if (!index) throw invalid(`The table does not have the specified index: ${name}`);
  if (index.kind === 'global' && ConsistentRead) throw invalid('Consistent reads are not supported on global secondary indexes');
  if (index.filling) throw invalid(`Cannot read from backfilling global secondary index: ${name}`);
  return index;
}

/** One page of rows: filtered after it was read (spec/backends.md §3.6), not yet projected. */
export interface Page {
  readonly kept: readonly Row[];
  /** Only the counts are asked for. */
  readonly counts: boolean;
  readonly projection: Bound['projection'];
  readonly scanned: number;
  /** The key of the last row, when the page stopped before the end. */
  readonly last: Item | undefined;
  readonly capacity: { ConsumedCapacity?: ConsumedCapacity };
}

export async function readPage(
  read: Reader,
  stretch: Stretch,
  { input, bound }: { input: PageInput; bound: Bound },
): Promise<Page> {
  const { table, index } = stretch;
  const { filter, projection } = bound;
  checkScalars(table, [...(projection ?? []), ...(filter ? conditionPaths(filter) : [])]);
  const selection = readSelection(input, { table, index, projection });
  const { rows, bytes, stopped } = await walk(read, stretch);
  const whole = selection.fetches ? await fetchRows(read, table, rows) : rows;
  const last = stopped ? rows.at(-1) : undefined;
  const units = unitsOf({ index, bytes, fetched: selection.fetches ? whole.map(({ size }) => size) : [] }, input.ConsistentRead);
  return {
    kept: filter ? whole.filter((row) => holds(filter, itemIn(row))) : whole,
    counts: selection.counts,
    projection,
    scanned: rows.length,
    last: last && keyOf(itemIn(last), table, ...(index ? [index] : [])),
    capacity: withCapacity(consumed(input.ReturnConsumedCapacity, table, units)),
  };
}

/** A page as Query and Scan answer it. Whole items are answered as they are stored. */
export function answerPage(page: Page): object {
  const { kept, counts, scanned, last, capacity } = page;
  const sums = { Count: kept.length, ScannedCount: scanned };
  if (counts) return { ...sums, ...(last ? { LastEvaluatedKey: last } : {}), ...capacity };
  if (!page.projection)
    return answerWithItems(kept, { ...sums, ...(last ? { LastEvaluatedKey: toJsonItem(last) } : {}), ...capacity });
  return { Items: itemsOf(page), ...sums, ...(last ? { LastEvaluatedKey: last } : {}), ...capacity };
}

/** The items of a page, projected. */
export function itemsOf({ kept, projection }: Page): Item[] {
  return kept.map((row) => (projection ? project(projection, itemIn(row)) : itemIn(row)));
}

/** The rows of the table, when a local index holds too little. */
async function fetchRows(read: Reader, table: Table, rows: readonly Row[]): Promise<readonly Row[]> {
  const places = rows.map((row) => inTable(row));
  const stored = await Promise.all(places.map(({ pk, sk }) => read.get(items, [table.id, pk, sk])));
  return stored.filter((row) => row !== undefined);
}

function unitsOf(
  { index, bytes, fetched }: { index: TableIndex | undefined; bytes: number; fetched: readonly number[] },
  consistent: boolean | undefined,
) {
  const units = readUnits(bytes, consistent);
  if (!index) return { table: units };
  const more = fetched.reduce((sum, size) => sum + readUnits(size, consistent), 0);
  return { table: more, indexes: { [index.name]: units } };
}
