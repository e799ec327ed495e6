import { crc32 } from 'node:zlib';
import { platformFailure } from '../kernel/index.ts';
import { type Connection, corrupt } from './connection.ts';

export interface BlobRow {
  readonly size: number;
  readonly refs: number;
  /** Epoch ms since when nothing refers to it. */
  readonly freeSince: number | null;
  /** Whether the content is in the row; else it is in a file. */
  readonly inRow: boolean;
}

export function blobRow(connection: Connection, hash: string): BlobRow | undefined {
  const row = connection.row('select size, refs, free_since, content is not null, sum from blobs where hash=?', hash);
  if (!row) return undefined;
  const [size, refs, freeSince, inRow] = row as [number, number, number | null, number];
  if (blobSum(hash, { size, refs, freeSince }) !== row[4]) throw corrupt(`blob ${hash}`);
  return { size, refs, freeSince, inRow: inRow === 1 };
}

export function blobContent(connection: Connection, hash: string): Uint8Array | undefined {
  return connection.row('select content from blobs where hash=? and content is not null', hash)?.[0] as Uint8Array | undefined;
}

/** Adds the first reference; content is null when it lies in a file. */
export function insertBlob(connection: Connection, hash: string, size: number, content: Uint8Array | null): void {
  connection.run(
    'insert into blobs values (?,?,1,null,?,?)',
    hash,
    size,
    content,
    blobSum(hash, { size, refs: 1, freeSince: null }),
  );
}

/** Adds a reference to a row that exists; false if none does. */
export function linkBlob(connection: Connection, hash: string): boolean {
  const row = blobRow(connection, hash);
  if (!row) return false;
  setRefs(connection, hash, { size: row.size, refs: row.refs + 1, freeSince: null });
  return true;
}

/** Takes a reference away. Rejects with BlobMissing when there is none to take. */
export function dropBlob(connection: Connection, hash: string, now: number): void {
  const row = blobRow(connection, hash);
  if (!row || row.refs === 0) throw platformFailure('BlobMissing', hash);
  const refs = row.refs - 1;
  setRefs(connection, hash, { size: row.size, refs, freeSince: refs === 0 ? now : null });
}

/** Hashes that nothing has referred to since before a time. */
export function freeBlobs(connection: Connection, before: number, limit: number): string[] {
  return connection
    .rows('select hash from blobs where free_since < ? order by free_since limit +?', before, limit)
    .map((row) => row[0] as string);
}

export function deleteBlob(connection: Connection, hash: string): void {
  connection.run('delete from blobs where hash=?', hash);
}

export function blobSum(hash: string, row: { size: number; refs: number; freeSince: number | null }): number {
  return crc32(`${hash}\0${row.size}\0${row.refs}\0${row.freeSince ?? ''}`);
}

function setRefs(connection: Connection, hash: string, row: { size: number; refs: number; freeSince: number | null }): void {
  connection.run('update blobs set refs=?, free_since=?, sum=? where hash=?', row.refs, row.freeSince, blobSum(hash, row), hash);
}
