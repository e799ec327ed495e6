import { crc32 } from 'node:zlib';
import { bug, type Collection, type Key } from '../kernel/index.ts';
import { type Connection, corrupt, type Row, type Value } from './connection.ts';
import { RowCache, rowId } from './row-cache.ts';

/** What of a collection decides how its rows look; kept in the database, where indexed fields only ever grow. */
export interface TableShape {
  readonly name: string;
  readonly key: readonly string[];
  /** Fields of indexes, each a column of its own; null when the document lacks it. */
  readonly indexed: readonly string[];
  readonly integers: readonly string[];
  readonly bytes: string | null;
}

type Document = Record<string, unknown>;

/** Something whose unsynced changes make readers wait: a collection, a lane, the cursors. */
export interface Scope {
  /** The last commit that changed it. */
  touched: number;
}

/**
 * One collection as a table: `key…, indexed…, doc, [bytes], sum`. doc is the JSON of all other fields, sum a CRC-32 over name and content.
 * Encoding and decoding cost about 3 µs for a document of 300 bytes (bench/store.ts).
 */
export class Table implements Scope {
  touched = 0;
  readonly shape: TableShape;
  readonly kept = new RowCache();
  readonly columns: readonly string[];
  readonly sqlName: string;
  /** The columns as they are selected and inserted. */
  readonly list: string;
  readonly #taken: ReadonlySet<string>;
  readonly #integers: ReadonlySet<string>;
  readonly #seed: number;
  readonly #sql: { readonly put: string; readonly get: string; readonly delete: string };

  constructor(shape: TableShape) {
    this.shape = shape;
    this.columns = [...shape.key, ...shape.indexed];
    this.sqlName = quote(`c.${shape.name}`);
    this.#taken = new Set([...this.columns, ...(shape.bytes ? [shape.bytes] : [])]);
    this.#integers = new Set(shape.integers);
    this.#seed = crc32(shape.name);
    const all = [...this.columns.map(quote), '"$doc"', ...(shape.bytes ? ['"$bytes"'] : []), '"$sum"'];
    this.list = all.join(',');
    const changed = all.slice(shape.key.length).map((column) => `${column}=excluded.${column}`);
    const key = shape.key.map(quote);
    const match = key.map((column) => `${column}=?`).join(' and ');
    this.#sql = {
      put: `insert into ${this.sqlName} (${this.list}) values (${all.map(() => '?').join(',')}) on conflict (${key.join(',')}) do update set ${changed.join(',')}`,
      get: `select ${this.list} from ${this.sqlName} where ${match}`,
      delete: `delete from ${this.sqlName} where ${match}`,
    };
  }

  get name(): string {
    return this.shape.name;
  }

  /** Statements that bring the table into being. Rows that carry bytes are large, and large rows spoil a clustered table. */
  create(): string {
    const key = new Set(this.shape.key);
    const columns = this.columns.map((column) => `${quote(column)} ${this.type(column)}${key.has(column) ? ' not null' : ''}`);
    columns.push('"$doc" text not null', ...(this.shape.bytes ? ['"$bytes" blob'] : []), '"$sum" integer not null');
    return `create table ${this.sqlName} (${columns.join(', ')}, primary key (${this.shape.key.map(quote).join(',')})) strict${this.shape.bytes ? '' : ', without rowid'}`;
  }

  type(column: string): 'integer' | 'text' {
    return this.#integers.has(column) ? 'integer' : 'text';
  }

  get(connection: Connection, key: Key): Document | undefined {
    const row = this.#row(connection, key);
    return row && this.decode(row);
  }

  /** As get, of committed documents only; from memory where it can, and frozen. */
  getCommitted(connection: Connection, key: Key): Document | undefined {
    if (this.shape.bytes) return this.get(connection, key);
    const id = rowId(key);
    const kept = this.kept.get(id, this.touched);
    if (kept) return kept;
    const row = this.#row(connection, key);
    if (!row) return undefined;
    const document = this.decode(row);
    this.kept.put(id, this.touched, document, (row[this.columns.length] as string).length);
    return document;
  }

  put(connection: Connection, document: Document): void {
    connection.run(this.#sql.put, ...this.encode(document));
  }

  delete(connection: Connection, key: Key): boolean {
    if (key.length !== this.shape.key.length)
      throw bug(`${this.name}: a key has ${this.shape.key.length} parts, not ${key.length}`);
    return connection.run(this.#sql.delete, ...key) > 0;
  }

  encode(document: Document): Value[] {
    const values: Value[] = [];
    for (const column of this.columns) values.push(this.#columnValue(document, column));
    const rest: Document = {};
    for (const field of Object.keys(document)) {
      if (!this.#taken.has(field) || document[field] === null) rest[field] = document[field];
    }
    const doc = JSON.stringify(rest);
    const bytes = this.shape.bytes ? bytesOf(document[this.shape.bytes], this.name) : null;
    const sum = this.#sum(values, doc, bytes);
    values.push(doc);
    if (this.shape.bytes) values.push(bytes);
    values.push(sum);
    return values;
  }

  decode(row: Row): Document {
    const width = this.columns.length;
    const doc = row[width] as string;
    const bytes = this.shape.bytes ? (row[width + 1] as Uint8Array | null) : null;
    if (this.#sum(row, doc, bytes) !== row[row.length - 1]) throw corrupt(`${this.name} ${JSON.stringify(this.keyOf(row))}`);
    const document = JSON.parse(doc) as Document;
    for (let i = 0; i < width; i++) if (row[i] !== null) document[this.columns[i]!] = row[i];
    if (bytes) document[this.shape.bytes!] = bytes;
    return document;
  }

  keyOf(row: Row): unknown[] {
    return row.slice(0, this.shape.key.length);
  }

  #row(connection: Connection, key: Key): Row | undefined {
    if (key.length !== this.shape.key.length)
      throw bug(`${this.name}: a key has ${this.shape.key.length} parts, not ${key.length}`);
    return connection.row(this.#sql.get, ...key);
  }

  #columnValue(document: Document, column: string): Value {
    const value = document[column];
    if (this.#integers.has(column)) {
      if (Number.isSafeInteger(value)) return value as number;
    } else if (typeof value === 'string' && value.isWellFormed()) return value;
    if ((value === undefined || value === null) && !this.shape.key.includes(column)) return null;
    throw bug(`${this.name}: field ${column} must be ${this.#integers.has(column) ? 'an integer' : 'well-formed text'}`);
  }

  #sum(values: readonly unknown[], doc: string, bytes: Uint8Array | null): number {
    let text = '';
    for (let i = 0; i < this.columns.length; i++) if (values[i] !== null) text += `${this.columns[i]}\0${values[i]}\0`;
    const sum = crc32(text + doc, this.#seed);
    return bytes ? crc32(bytes, sum) : sum;
  }
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The shape that a declared collection asks for. */
export function shapeOf(spec: Collection<never>): TableShape {
  const key = spec.key as readonly string[];
  const indexed = new Set((spec.indexes ?? []).flatMap((index) => index.fields as readonly string[]));
  return {
    name: spec.name,
    key,
    indexed: [...indexed].filter((field) => !key.includes(field)),
    integers: (spec.integers ?? []) as readonly string[],
    bytes: (spec.bytes as string | undefined) ?? null,
  };
}

function bytesOf(value: unknown, name: string): Uint8Array | null {
  if (value === undefined || value === null) return null;
  if (value instanceof Uint8Array) return value;
  throw bug(`${name}: the bytes field must be a Uint8Array`);
}
