import {
  type Clock,
  describe,
  type Logger,
  type Position,
  platformFailure,
  type Reader,
  type Store,
  type StoredEvent,
  type StoreHealth,
  type Transaction,
} from '../kernel/index.ts';
import { Access, type Catalog, SyncedReader } from './access.ts';
import type { BlobFiles } from './blob-files.ts';
import { StoreBlobs } from './blobs.ts';
import { Checkpointer } from './checkpoint.ts';
import { Committer } from './committer.ts';
import { type Connection, translate } from './connection.ts';
import { followLane } from './follow.ts';
import { Housekeeping } from './housekeeping.ts';
import { PAGE_ROWS } from './ranges.ts';
import type { Reserve } from './reserve.ts';
import type { SyncMark } from './sync-mark.ts';
import type { Scope } from './table.ts';
import { SqliteTransaction, type Workings } from './transaction.ts';

export interface StoreParts {
  readonly file: string;
  readonly catalog: Catalog;
  readonly writer: Connection;
  readonly reader: Connection;
  /** Descriptor of the log. */
  readonly wal: number;
  readonly mark: SyncMark;
  readonly last: number;
  readonly files: BlobFiles;
  readonly reserve: Reserve;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onFatal: (error: unknown) => void;
  /** What closes the parts, called in reverse order. */
  readonly closing: (() => void)[];
}

/** The SQLite driver: what `openStore` gives. */
export class SqliteStore implements Store {
  readonly read: Reader;
  readonly blobs: StoreBlobs;
  readonly #parts: StoreParts;
  readonly #workings: Workings;
  readonly #committer: Committer;
  readonly #checkpointer: Checkpointer;
  readonly #housekeeping: Housekeeping;
  #failed: string | undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: StoreParts) {
    const { catalog, files, reserve, clock, logger, reader } = parts;
    this.#parts = parts;
    this.#committer = this.#makeCommitter();
    this.#checkpointer = new Checkpointer({ file: parts.file, reader, committer: this.#committer, logger });
    this.blobs = new StoreBlobs(files, { connection: reader, clock, refusal: reserve.refusal });
    this.read = new SyncedReader(new Access(catalog, reader), this.#committer.covered);
    const access = new Access(catalog, parts.writer);
    this.#workings = { access, committer: this.#committer, files, now: () => clock.now(), refusal: reserve.refusal };
    const inTransaction = <R>(scope: Scope | undefined, work: (connection: Connection) => R) =>
      this.#submit<R>(async (tx) => tx.sweep(scope, work));
    this.#housekeeping = new Housekeeping({
      clock,
      logger,
      topics: catalog.topics,
      files,
      staged: this.blobs.stagedFiles,
      forgetLanes: async () => {
        const resume = await this.#committer.pause();
        catalog.topics.forgetIdle(this.#committer.synced);
        resume();
      },
      inTransaction,
    });
  }

  start(): void {
    this.#housekeeping.start();
  }

  transact<T>(work: (tx: Transaction) => Promise<T>, awaits: 'reads' | 'writes' = 'writes'): Promise<T> {
    return this.#submit(work, awaits);
  }

  follow(topic: string, lane: number, from: Position, signal: AbortSignal): AsyncIterable<StoredEvent[]> {
    const { topics } = this.#parts.catalog;
    topics.lane(topic, lane);
    return followLane(
      () => topics.lane(topic, lane),
      { from, signal },
      (found, start, until) => {
        try {
          return found.read(this.#parts.reader, start, until, PAGE_ROWS);
        } catch (error) {
          throw translate(error, `topic ${topic}`);
        }
      },
    );
  }

  health(): StoreHealth {
    if (this.#failed !== undefined) return { state: 'failed', detail: this.#failed };
    if (this.#closed) return { state: 'failed', detail: platformFailure('StoreClosed').message };
    return this.#parts.reserve.health();
  }

  /** Refuses new work, waits for what was accepted, ends followers, and closes. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const housekeeping = this.#housekeeping.stop();
    const checkpointer = this.#checkpointer.stop();
    const committer = this.#committer.close();
    await Promise.all([housekeeping, checkpointer, committer]);
    for (const lane of this.#parts.catalog.topics.loaded()) lane.close();
    for (const table of this.#parts.catalog.collections.tables()) table.kept.forget(table.touched);
    for (const close of this.#parts.closing.toReversed()) close();
  }

  #submit<T>(work: (tx: SqliteTransaction<T>) => Promise<T>, awaits: 'reads' | 'writes' = 'writes'): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#committer.submit(new SqliteTransaction<T>(this.#workings, { work, awaits }, { resolve, reject }));
    });
  }

  #makeCommitter(): Committer {
    const { writer, wal, last, mark, reserve, logger, onFatal } = this.#parts;
    return new Committer({
      connection: writer,
      wal,
      last,
      synced: (commit) => {
        mark.write(commit);
        this.#checkpointer.look();
      },
      full: reserve.full,
      fatal: (error) => {
        this.#failed = describe(error);
        logger.error('a sync of the log failed; what is durable cannot be known', { error });
        onFatal(error);
      },
    });
  }
}
