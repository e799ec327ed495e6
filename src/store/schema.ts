import { bug, type Collection, type StoreSchema, type TopicSpec } from '../kernel/index.ts';
import { Collections, indexConditions, indexName } from './collections.ts';
import type { Connection } from './connection.ts';
import { quote, shapeOf, Table, type TableShape } from './table.ts';

/** Tables that every store has. Positions of topics are rowids (lane and position in one integer), so that an append goes to the end. */
const BASE = `
create table if not exists meta (name text primary key, value any) strict, without rowid;
create table if not exists shapes (name text primary key, shape text not null) strict, without rowid;
create table if not exists lanes (topic text, lane integer, first integer not null, total integer not null, sum integer not null, primary key (topic, lane)) strict, without rowid;
create table if not exists cursors (subscriber text, topic text, lane integer, next integer not null, sum integer not null, primary key (subscriber, topic, lane)) strict, without rowid;
create index if not exists cursors_by_lane on cursors (topic, lane, next);
create table if not exists blobs (hash text primary key, size integer not null, refs integer not null, free_since integer, content blob, sum integer not null) strict;
create index if not exists blobs_free on blobs (free_since) where free_since is not null;
insert into meta values ('commit', 0) on conflict do nothing;
`;

/** Brings the database to the declared schema, in one transaction: new collections and new indexes are added, nothing is ever removed. */
export function applySchema(connection: Connection, schema: StoreSchema): Collections {
  const collections = new Collections();
  connection.db.exec('begin immediate');
  try {
    connection.db.exec(BASE);
    for (const spec of schema.collections) collections.add(spec, applyCollection(connection, spec));
    for (const topic of schema.topics) applyTopic(connection, topic);
    connection.db.exec('commit');
  } catch (error) {
    if (connection.db.isTransaction) connection.db.exec('rollback');
    throw error;
  }
  return collections;
}

/** What SQLite calls a topic's table: the name tells its kind, and with it how many bits of `at` are the position. */
export function topicTable(topic: string, open: boolean): string {
  return `${open ? 'o' : 't'}.${topic}`;
}

function applyTopic(connection: Connection, { name, lanes }: TopicSpec): void {
  const open = lanes === 'open';
  const other = connection.row('select 1 from sqlite_schema where name=?', topicTable(name, !open));
  if (other) throw bug(`topic ${name} changed from one kind of lanes to the other`);
  connection.db.exec(createTopic(quote(topicTable(name, open))));
}

function createTopic(table: string): string {
  return `create table if not exists ${table} (at integer primary key, stored integer not null, total integer not null, blob text, event text not null, sum integer not null) strict`;
}

function applyCollection(connection: Connection, spec: Collection<never>): Table {
  const wanted = shapeOf(spec);
  const row = connection.row('select shape from shapes where name=?', spec.name);
  const stored = row && (JSON.parse(row[0] as string) as TableShape);
  const table = stored ? grow(connection, stored, wanted) : create(connection, wanted);
  for (const index of spec.indexes ?? [])
    applyIndex(connection, table, { name: indexName(spec.name, index.name), fields: index.fields });
  return table;
}

/**
 * Makes an index, or makes it anew when it is not as it would be made now. A key field among the index fields comes once: where a column is
 * named twice SQLite sorts what is in order already, all of it.
 */
function applyIndex(
  connection: Connection,
  table: Table,
  index: { readonly name: string; readonly fields: readonly string[] },
): void {
  const { key } = table.shape;
  const columns = [...new Set([...index.fields, ...key])].map(quote).join(',');
  const present = indexConditions(index.fields, key).map((field) => `${quote(field)} is not null`);
  const where = present.length === 0 ? '' : ` where ${present.join(' and ')}`;
  const wanted = `CREATE INDEX ${quote(index.name)} on ${table.sqlName} (${columns})${where}`;
  const there = connection.row("select sql from sqlite_schema where type='index' and name=?", index.name);
  if (there?.[0] === wanted) return;
  if (there) connection.db.exec(`drop index ${quote(index.name)}`);
  connection.db.exec(wanted);
}

function create(connection: Connection, shape: TableShape): Table {
  const table = new Table(shape);
  connection.db.exec(table.create());
  connection.run('insert into shapes values (?, ?)', shape.name, JSON.stringify(shape));
  return table;
}

/** Adds columns for newly indexed fields and moves their values out of the documents. */
function grow(connection: Connection, stored: TableShape, wanted: TableShape): Table {
  const added = wanted.indexed.filter((field) => !stored.indexed.includes(field));
  const shape: TableShape = {
    ...stored,
    indexed: [...stored.indexed, ...added],
    integers: [...stored.integers, ...wanted.integers.filter((field) => added.includes(field))],
  };
  assertCompatible(shape, wanted);
  const table = new Table(shape);
  if (added.length === 0) return table;
  for (const field of added) connection.db.exec(`alter table ${table.sqlName} add column ${quote(field)} ${table.type(field)}`);
  const before = new Table(stored);
  for (const row of connection.rows(`select ${before.list} from ${before.sqlName}`)) {
    const document = before.decode(row);
    if (added.some((field) => document[field] !== undefined)) table.put(connection, document);
  }
  connection.run('update shapes set shape=? where name=?', JSON.stringify(shape), shape.name);
  return table;
}

function assertCompatible(stored: TableShape, wanted: TableShape): void {
  const types = (shape: TableShape) => [...wanted.key, ...wanted.indexed].map((field) => shape.integers.includes(field)).join();
  if (stored.key.join() !== wanted.key.join()) throw bug(`collection ${wanted.name} changed its key`);
  if (types(stored) !== types(wanted)) throw bug(`collection ${wanted.name} changed the type of a field`);
  if (stored.bytes !== wanted.bytes) throw bug(`collection ${wanted.name} changed its bytes field`);
}
