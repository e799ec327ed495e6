import { bug, type Key, type KeyPart, type Page, type Range } from '../kernel/index.ts';
import type { Connection, Row, Value } from './connection.ts';
import { quote, type Table } from './table.ts';

export const PAGE_ROWS = 1000;
export const PAGE_BYTES = 1024 * 1024;
const MOST_COUNTED = 100_000;

/** An index as the driver knows it: the columns that order it, ending in the key. */
export interface Order {
  readonly name: string | undefined;
  readonly columns: readonly string[];
  /** Index fields; entries lacking one of them are not in this order. */
  readonly required: readonly string[];
  /** Statements that were made for it, by the shape of the range. */
  readonly texts: Map<number, string>;
}

/** Up to so many rows are fetched in one call, which costs half of fetching them one by one. */
const FEW = 11;

/** One page in key or index order. Bounds compare as tuples: a shorter one sorts before all that begin with it. */
export function readRange(connection: Connection, table: Table, order: Order, range: Range): Page<Record<string, unknown>> {
  const { limit, prefix } = range;
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_ROWS)
    throw bug(`${table.name}: limit ${limit} is not 1 to ${PAGE_ROWS}`);
  const text = pageText(table, order, range);
  const values = valuesOf(range);
  values.push(range.last ? limit : limit + 1);
  const items: Record<string, unknown>[] = [];
  let bytes = 0;
  let last: Row | undefined;
  for (const row of limit < FEW ? connection.rows(text, ...values) : connection.each(text, ...values)) {
    if (items.length === limit || bytes >= PAGE_BYTES) return { items, next: position(table, order, last!, prefix?.length ?? 0) };
    items.push(table.decode(row));
    bytes += sizeOf(row);
    last = row;
  }
  return { items };
}

/**
 * The statement for ranges of this shape; each text is made once, for making it costs more than running it. `limit +?`: at a bare parameter
 * SQLite's planner looks, and prepares the statement anew for each call, which costs ten times as much as running it.
 */
function pageText(table: Table, order: Order, range: Range): string {
  const { prefix, from, to, after, reverse } = range;
  const parts = [prefix?.length ?? 0, from?.length ?? 0, to?.length ?? 0, after ? after.length + 1 : 0, reverse ? 1 : 0];
  let shape = 0;
  for (const part of parts) shape = shape * 32 + part;
  const known = order.texts.get(shape);
  if (known !== undefined) return known;
  const direction = reverse ? ' desc' : '';
  const by = order.columns.map((column) => quote(column) + direction).join(',');
  const text = `select ${table.list} from ${table.sqlName}${using(order)}${condition(table, order, range)} order by ${by} limit +?`;
  order.texts.set(shape, text);
  return text;
}

/** How many entries of the order lie within the range, at most 100,000; reads no document. */
export function countRange(connection: Connection, table: Table, order: Order, range: Range): number {
  const where = condition(table, order, range);
  const text = `select count(*) from (select 1 from ${table.sqlName}${using(order)}${where} limit ${MOST_COUNTED})`;
  return connection.row(text, ...valuesOf(range))![0] as number;
}

function using({ name }: Order): string {
  return name === undefined ? '' : ` indexed by ${quote(name)}`;
}

/** The bounds of a range in the order in which condition names them. */
function valuesOf({ prefix, from, to, after }: Range): Value[] {
  return [...(prefix ?? []), ...(from ?? []), ...(to ?? []), ...(after ?? [])];
}

function condition(table: Table, order: Order, range: Range): string {
  const terms = order.required.map((field) => `${quote(field)} is not null`);
  const prefix = range.prefix ?? [];
  for (let i = 0; i < prefix.length; i++) terms.push(`${quote(order.columns[i] ?? tooMany(table))}=?`);
  const rest = order.columns.slice(prefix.length);
  const bound = (operator: string, parts: readonly KeyPart[] | undefined) => {
    if (!parts || parts.length === 0) return;
    if (parts.length > rest.length) tooMany(table);
    const columns = rest.slice(0, parts.length).map(quote);
    terms.push(`(${columns.join(',')}) ${operator} (${columns.map(() => '?').join(',')})`);
  };
  bound('>=', range.from);
  bound('<', range.to);
  if (range.after) bound(afterOperator(range.reverse === true, range.after.length < rest.length), range.after);
  return terms.length ? ` where ${terms.join(' and ')}` : '';
}

// Forwards, what begins with a shorter bound comes after it; backwards, before.
function afterOperator(reverse: boolean, shorter: boolean): string {
  if (reverse) return '<';
  return shorter ? '>=' : '>';
}

function position(table: Table, order: Order, row: Row, skip: number): Key {
  return order.columns.slice(skip).map((column) => row[table.columns.indexOf(column)] as KeyPart);
}

function sizeOf(row: Row): number {
  let size = 0;
  for (const value of row) {
    if (typeof value === 'string') size += value.length;
    else if (value instanceof Uint8Array) size += value.byteLength;
  }
  return size;
}

function tooMany(table: Table): never {
  throw bug(`${table.name}: a bound has more parts than its order`);
}
