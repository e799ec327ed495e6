import type { Reader } from '../../kernel/index.ts';
import { consumed, readUnits, withCapacity } from './capacity.ts';
import { items, type Table, type TableIndex } from './collections.ts';
import type { Bound } from './expressions/bind.ts';
import { holds } from './expressions/condition.ts';
import { project } from './expressions/projection.ts';
import { keyOf } from './item-keys.ts';
import { invalid } from './refusals.ts';
import { readSelection, type SelectInput, type Selection } from './selection.ts';
import { itemIn } from './stored-item.ts';
import type { Item } from './values/item.ts';
import { inTable, type Row, type Stretch, walk } from './walk.ts';

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

/** One page as Query and Scan answer it: filtered after it was read, then projected (spec/backends.md §3.6). */
export async function readPage(read: Reader, stretch: Stretch, { input, bound }: { input: PageInput; bound: Bound }) {
  const { table, index } = stretch;
  const { filter, projection } = bound;
  const selection = readSelection(input, { table, index, projection });
  const { rows, bytes, stopped } = await walk(read, stretch);
  const whole = await wholeItems(read, { table, selection, rows });
  const kept = filter ? whole.items.filter((item) => holds(filter, item)) : whole.items;
  const last = stopped ? rows.at(-1) : undefined;
  const units = unitsOf({ index, bytes, fetched: whole.fetched }, input.ConsistentRead);
  return {
    ...(selection.counts ? {} : { Items: projection ? kept.map((item) => project(projection, item)) : kept }),
    Count: kept.length,
    ScannedCount: rows.length,
    ...(last ? { LastEvaluatedKey: keyOf(itemIn(last), table, ...(index ? [index] : [])) } : {}),
    ...withCapacity(consumed(input.ReturnConsumedCapacity, table, units)),
  };
}

/** The items of rows; from the table when an index holds too little of them, with the bytes that took for each. */
async function wholeItems(
  read: Reader,
  { table, selection, rows }: { table: Table; selection: Selection; rows: readonly Row[] },
): Promise<{ items: Item[]; fetched: readonly number[] }> {
  if (!selection.fetches) return { items: rows.map(itemIn), fetched: [] };
  const places = rows.map((row) => inTable(row));
  const stored = await Promise.all(places.map(({ pk, sk }) => read.get(items, [table.id, pk, sk])));
  const there = stored.filter((row) => row !== undefined);
  return { items: there.map(itemIn), fetched: there.map(({ size }) => size) };
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
