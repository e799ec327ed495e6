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
}

/** One page in key or index order. Bounds compare as tuples: a shorter one sorts before all that begin with it. */
export function readRange(connection: Connection, table: Table, order: Order, range: Range): Page<Record<string, unknown>> {
  if (!Number.isInteger(range.limit) || range.limit < 1 || range.limit > PAGE_ROWS)
    throw bug(`${table.name}: limit ${range.limit} is not 1 to ${PAGE_ROWS}`);
  const { where, values } = condition(table, order, range);
  const direction = range.reverse ? ' desc' : '';
  const by = order.columns.map((column) => quote(column) + direction).join(',');
  const using = order.name === undefined ? '' : ` indexed by ${quote(order.name)}`;
  const text = `select ${table.list} from ${table.sqlName}${using}${where} order by ${by} limit ?`;
  const items: Record<string, unknown>[] = [];
  let bytes = 0;
  let last: Row | undefined;
  for (const row of connection.each(text, ...values, range.limit + 1)) {
    if (items.length === range.limit || bytes >= PAGE_BYTES)
      return { items, next: position(table, order, last!, range.prefix?.length ?? 0) };
    items.push(table.decode(row));
    bytes += sizeOf(row);
    last = row;
  }
  return { items };
}

/** How many entries of the order lie within the range, at most 100,000; reads no document. */
export function countRange(connection: Connection, table: Table, order: Order, range: Range): number {
  const { where, values } = condition(table, order, range);
  const using = order.name === undefined ? '' : ` indexed by ${quote(order.name)}`;
  const text = `select count(*) from (select 1 from ${table.sqlName}${using}${where} limit ${MOST_COUNTED})`;
  return connection.row(text, ...values)![0] as number;
}

function condition(table: Table, order: Order, range: Range): { where: string; values: Value[] } {
  const terms = order.required.map((field) => `${quote(field)} is not null`);
  const values: Value[] = [];
  const prefix = range.prefix ?? [];
  prefix.forEach((part, i) => {
    terms.push(`${quote(order.columns[i] ?? tooMany(table))}=?`);
    values.push(part);
  });
  const rest = order.columns.slice(prefix.length);
  const bound = (operator: string, parts: readonly KeyPart[] | undefined) => {
    if (!parts || parts.length === 0) return;
    if (parts.length > rest.length) tooMany(table);
    const columns = rest.slice(0, parts.length).map(quote);
    terms.push(`(${columns.join(',')}) ${operator} (${columns.map(() => '?').join(',')})`);
    values.push(...parts);
  };
  bound('>=', range.from);
  bound('<', range.to);
  if (range.after) bound(afterOperator(range.reverse === true, range.after.length < rest.length), range.after);
  return { where: terms.length ? ` where ${terms.join(' and ')}` : '', values };
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
