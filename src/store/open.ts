import fs from 'node:fs';
import path from 'node:path';
import {
  bug,
  type Clock,
  type Ids,
  type Logger,
  platformFailure,
  randomIds,
  type Store,
  type StoreSchema,
} from '../kernel/index.ts';
import { BlobFiles, syncDirectory } from './blob-files.ts';
import { Connection, corrupt, isCorruption } from './connection.ts';
import { openLayout } from './layout.ts';
import { lockDirectory } from './lock.ts';
import { Reserve } from './reserve.ts';
import { applySchema } from './schema.ts';
import { SqliteStore } from './sqlite-store.ts';
import { readMark, SyncMark } from './sync-mark.ts';
import { Topics } from './topics.ts';

const RESERVE_BYTES = 32 * 1024 * 1024;

export interface StoreOptions {
  /** Created when it is not there. */
  readonly directory: string;
  readonly schema: StoreSchema;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ids?: Ids;
  /** Room kept for a full disk, so that deletes, cursors and checkpoints still work then. Default 32 MiB: about as long as the log gets. */
  readonly reserveBytes?: number;
  /** A sync of the log failed: nobody can know what is durable. The default ends the process with status 70. */
  readonly onFatal?: (error: unknown) => void;
}

/** A store that can be closed: close refuses new work, waits for what was accepted, and leaves the database without a log. */
export type OpenStore = Store & { close(): Promise<void> };

/** Opens the data directory. Rejects with StoreLocked, StoreTooNew, StoreBehind, StoreCorrupt. */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  openLayout(options.directory);
  const closing: (() => void)[] = [lockDirectory(options.directory)];
  try {
    const store = assemble(options, closing);
    store.start();
    return store;
  } catch (error) {
    for (const close of closing.toReversed()) close();
    throw isCorruption(error) ? corrupt(`${options.directory}: ${(error as Error).message}`, error) : error;
  }
}

function assemble(options: StoreOptions, closing: (() => void)[]): SqliteStore {
  const { directory, clock, schema } = options;
  const logger = options.logger.child('store');
  const reserve = new Reserve(directory, options.reserveBytes ?? RESERVE_BYTES, { clock, logger });
  const files = new BlobFiles(directory, options.ids ?? randomIds);
  files.prepare();
  const writer = openWriter(directory, closing);
  const collections = applySchema(writer, schema);
  const wal = openLog(directory, closing);
  const mark = new SyncMark(path.join(directory, 'synced'));
  closing.push(() => mark.close());
  const file = databaseFile(directory);
  const reader = new Connection(file, true);
  closing.push(() => reader.close());
  const catalog = { collections, topics: new Topics(writer, schema.topics), cursors: { touched: 0 } };
  const onFatal = options.onFatal ?? (() => process.exit(70));
  return new SqliteStore({
    file,
    catalog,
    writer,
    reader,
    wal,
    mark,
    last: lastCommit(writer),
    files,
    reserve,
    clock,
    logger,
    onFatal,
    closing,
  });
}

export function databaseFile(directory: string): string {
  return path.join(directory, 'store.db');
}

function openWriter(directory: string, closing: (() => void)[]): Connection {
  const file = databaseFile(directory);
  const noted = readMark(path.join(directory, 'synced'));
  const fresh = !fs.existsSync(file);
  if (fresh && noted > 0) throw platformFailure('StoreBehind', `commit ${noted} was synced, and ${file} is not there`);
  const writer = new Connection(file);
  closing.push(() => writer.close());
  writer.db.exec('pragma journal_mode=wal; pragma synchronous=normal');
  const held = fresh ? 0 : lastCommit(writer);
  if (held < noted) throw platformFailure('StoreBehind', `commit ${noted} was synced, the database ends at ${held}`);
  return writer;
}

function lastCommit(writer: Connection): number {
  const known = writer.row("select 1 from sqlite_schema where name='meta'");
  return known ? ((writer.row("select value from meta where name='commit'")?.[0] as number | undefined) ?? 0) : 0;
}

/** The log that SQLite writes and we sync; what an earlier process left in it unsynced is synced now, before anyone reads it. */
function openLog(directory: string, closing: (() => void)[]): number {
  const file = path.join(directory, 'store.db-wal');
  if (!fs.existsSync(file)) throw bug(`${file} is not there`);
  const wal = fs.openSync(file, 'r+');
  closing.push(() => fs.closeSync(wal));
  fs.fdatasyncSync(wal);
  syncDirectory(directory);
  return wal;
}
