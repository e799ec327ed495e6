import type { Capacity, ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { Table } from './collections.ts';

type Asked = 'NONE' | 'TOTAL' | 'INDEXES' | undefined;

/** Units that one call used of one table, apart for its indexes by name. */
export interface Units {
  readonly table: number;
  readonly indexes?: Readonly<Record<string, number>>;
}

const READ_BYTES = 4096;
const WRITE_BYTES = 1024;

/** Read units of so many bytes (spec/backends.md §3.3). */
export function readUnits(bytes: number, consistent: boolean | undefined): number {
  const blocks = Math.max(1, Math.ceil(bytes / READ_BYTES));
  return consistent ? blocks : blocks / 2;
}

export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_BYTES));
}

/** ConsumedCapacity of one table as it was asked for; undefined: not at all. kind: a transaction shows reads or writes apart as well. */
export function consumed(asked: Asked, table: Table, units: Units, kind?: 'Read' | 'Write'): ConsumedCapacity | undefined {
  if (asked !== 'TOTAL' && asked !== 'INDEXES') return undefined;
  const byIndex = units.indexes ?? {};
  const total = Object.values(byIndex).reduce((sum, count) => sum + count, units.table);
  const answer: ConsumedCapacity = { TableName: table.name, ...capacity(total, kind) };
  if (asked === 'TOTAL') return answer;
  return {
    ...answer,
    Table: capacity(units.table, kind),
    ...ofKind(table, byIndex, { of: 'local', name: 'LocalSecondaryIndexes', kind }),
    ...ofKind(table, byIndex, { of: 'global', name: 'GlobalSecondaryIndexes', kind }),
  };
}

/** The member ConsumedCapacity, or nothing when it was not asked for. */
export function withCapacity<T>(value: T | undefined): { ConsumedCapacity?: T } {
  return value === undefined ? {} : { ConsumedCapacity: value };
}

/** The sum of two. */
export function addUnits(a: Units, b: Units): Units {
  const indexes: Record<string, number> = { ...a.indexes };
  for (const [name, count] of Object.entries(b.indexes ?? {})) indexes[name] = (indexes[name] ?? 0) + count;
  return { table: a.table + b.table, indexes };
}

function capacity(units: number, kind: 'Read' | 'Write' | undefined): Capacity {
  return { CapacityUnits: units, ...(kind ? { [`${kind}CapacityUnits`]: units } : {}) };
}

function ofKind(
  table: Table,
  units: Readonly<Record<string, number>>,
  { of, name, kind }: { of: 'local' | 'global'; name: string; kind: 'Read' | 'Write' | undefined },
): Record<string, unknown> {
  const names = table.indexes.filter((index) => index.kind === of && units[index.name] !== undefined).map((index) => index.name);
  if (names.length === 0) return {};
  return { [name]: Object.fromEntries(names.map((index) => [index, capacity(units[index]!, kind)])) };
}

/** Units of one call by table. */
export class TableUnits {
  readonly #all = new Map<string, { readonly table: Table; readonly units: Units }>();

  add(table: Table, units: Units): void {
    const before = this.#all.get(table.id)?.units;
    this.#all.set(table.id, { table, units: before ? addUnits(before, units) : units });
  }

  /** The member ConsumedCapacity with one entry for each table, or nothing when it was not asked for. */
  member(asked: Asked, kind?: 'Read' | 'Write'): { ConsumedCapacity?: ConsumedCapacity[] } {
    const all = [...this.#all.values()].map(({ table, units }) => consumed(asked, table, units, kind));
    const told = all.filter((one) => one !== undefined);
    return withCapacity(told.length > 0 ? told : undefined);
  }

  /** All units of each table by its name. */
  totals(): Record<string, number> {
    const total = ({ table, indexes }: Units) => Object.values(indexes ?? {}).reduce((sum, units) => sum + units, table);
    return Object.fromEntries([...this.#all.values()].map(({ table, units }) => [table.name, total(units)]));
  }
}
