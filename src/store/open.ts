import fs from 'node:fs';
import path from 'node:path';
import {
  bug,
  type Clock,
  describe,
  type Ids,
  type Logger,
  platformFailure,
  randomIds,
  type Store,
  type StoreSchema,
  type Transaction,
} from '../kernel/index.ts';
import { Access, type Catalog, SyncedReader } from './access.ts';
import { BlobFiles, syncDirectory } from './blob-files.ts';
import { StoreBlobs } from './blobs.ts';
import { Committer } from './committer.ts';
import { Connection } from './connection.ts';
import { followLane } from './follow.ts';
import { Topics } from './lanes.ts';
import { openLayout } from './layout.ts';
import { lockDirectory } from './lock.ts';
import { applySchema } from './schema.ts';
import { readMark, SyncMark } from './sync-mark.ts';
import { SqliteTransaction, type Workings } from './transaction.ts';

export interface StoreOptions {
  /** Created when it is not there. */
  readonly directory: string;
  readonly schema: StoreSchema;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ids?: Ids;
  /** A sync of the log failed: nobody can know what is durable. The default ends the process with status 70. */
  readonly onFatal?: (error: unknown) => void;
}

/** A store that can be closed: close refuses new work, waits for what was accepted, and leaves the database without a log. */
export type OpenStore = Store & { close(): Promise<void> };

/** Opens the data directory. Rejects with StoreLocked, StoreTooNew, StoreBehind, StoreCorrupt. */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  openLayout(options.directory);
  const release = lockDirectory(options.directory);
  const closing: (() => void)[] = [release];
  try {
    return assemble(options, closing);
  } catch (error) {
    for (const close of closing.toReversed()) close();
    throw error;
  }
}

function assemble(options: StoreOptions, closing: (() => void)[]): OpenStore {
  const { directory, clock } = options;
  const logger = options.logger.child('store');
  const files = new BlobFiles(directory, options.ids ?? randomIds);
  files.prepare();
  const writer = openWriter(directory, closing);
  const collections = applySchema(writer, options.schema);
  const last = writer.row("select value from meta where name='commit'")![0] as number;
  const wal = openLog(directory, closing);
  const mark = new SyncMark(path.join(directory, 'synced'));
  closing.push(() => mark.close());
  const catalog: Catalog = { collections, topics: new Topics(writer, options.schema.topics), cursors: { touched: 0 } };
  const onFatal = options.onFatal ?? (() => process.exit(70));
  let state: { state: 'ok' | 'full' | 'failed'; detail?: string } = { state: 'ok' };
  const committer = new Committer({
    connection: writer,
    wal,
    last,
    synced: (commit) => mark.write(commit),
    fatal: (error) => {
      state = { state: 'failed', detail: describe(error) };
      logger.error('a sync of the log failed', { error });
      onFatal(error);
    },
    full: () => {},
  });
  const reader = new Connection(path.join(directory, 'store.db'), true);
  closing.push(() => reader.close());
  const access = new Access(catalog, reader);
  const workings: Workings = {
    access: new Access(catalog, writer),
    committer,
    files,
    now: () => clock.now(),
    refusal: () => undefined,
  };
  return {
    transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => committer.submit(new SqliteTransaction(workings, work, { resolve, reject })));
    },
    read: new SyncedReader(access, committer.covered),
    follow(topic, lane, from, signal) {
      const found = catalog.topics.lane(topic, lane);
      return followLane(found, from, signal, (start, until, limit) => found.read(reader, start, until, limit));
    },
    blobs: new StoreBlobs(files, reader, clock, () => undefined),
    health: () => state,
    async close() {
      await committer.close();
      for (const close of closing.splice(0).toReversed()) close();
    },
  };
}

function openWriter(directory: string, closing: (() => void)[]): Connection {
  const file = path.join(directory, 'store.db');
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
