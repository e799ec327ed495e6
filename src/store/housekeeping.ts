import type { Clock, FixedTopicSpec, Logger } from '../kernel/index.ts';
import type { BlobFiles } from './blob-files.ts';
import { blobRow, deleteBlob, freeBlobs } from './blob-rows.ts';
import { FREE_AFTER_MS } from './blobs.ts';
import type { Connection } from './connection.ts';
import { retainSlice } from './retention.ts';
import type { Scope } from './table.ts';
import type { Topics } from './topics.ts';

const EVERY_MS = 30_000;
const BLOB_SLICE = 100;
const FILE_SLICE = 16;

export interface HousekeepingOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly topics: Topics;
  readonly files: BlobFiles;
  /** Staged files and until when they stay; entries that are over are removed here. */
  readonly staged: Map<string, number>;
  /** Lets idle lanes of open topics go from memory, at a moment when no transaction runs. */
  readonly forgetLanes: () => Promise<void>;
  /** Runs work in a transaction of its own. */
  readonly inTransaction: <R>(scope: Scope | undefined, work: (connection: Connection) => R) => Promise<R>;
}

/** What goes on behind: retention of topics, and the end of content that nothing refers to. In slices, each a transaction. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #cancel: () => void = () => {};
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /** Sweeps files that no row knows (a crash leaves some), then runs every 30 s. */
  start(): void {
    this.#running = this.#logged(() => this.#sweepOrphans()).then(() => this.#again());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#running;
  }

  #again(): void {
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.after(EVERY_MS, () => {
      this.#running = this.#logged(() => this.#run()).then(() => this.#again());
    });
  }

  async #logged(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#stopped) this.#options.logger.warn('housekeeping failed; it is tried again in 30 s', { error });
    }
  }

  async #run(): Promise<void> {
    const { topics } = this.#options;
    for (const spec of topics.specs) {
      if (spec.lanes === 'open') continue;
      for (let lane = 0; lane < spec.lanes; lane++) await this.#retain(spec, lane);
    }
    if (topics.crowded) await this.#options.forgetLanes();
    await this.#freeBlobs();
    await this.#forgetStaged();
  }

  async #retain(spec: FixedTopicSpec, number: number): Promise<void> {
    const { topics, clock, inTransaction } = this.#options;
    const lane = topics.lane(spec.name, number);
    while (!this.#stopped) {
      if (lane.first >= lane.synced) return;
      const first = await inTransaction(lane, (connection) => retainSlice(connection, lane, spec, clock.now()));
      if (first === undefined) return;
      lane.first = first;
      lane.oldest = first;
    }
  }

  async #freeBlobs(): Promise<void> {
    const { clock, inTransaction } = this.#options;
    while (!this.#stopped) {
      const before = clock.now() - FREE_AFTER_MS;
      const freed = await inTransaction(undefined, (connection) => {
        const hashes = freeBlobs(connection, before, BLOB_SLICE);
        for (const hash of hashes) deleteBlob(connection, hash);
        return hashes;
      });
      if (freed.length === 0) return;
      await this.#removeFiles(freed);
    }
  }

  async #forgetStaged(): Promise<void> {
    const { clock, staged } = this.#options;
    const over = [...staged].filter(([, until]) => until <= clock.now()).map(([hash]) => hash);
    for (const hash of over) staged.delete(hash);
    await this.#removeFiles(over);
  }

  async #sweepOrphans(): Promise<void> {
    for await (const hashes of this.#options.files.list()) {
      if (this.#stopped) return;
      const { inTransaction } = this.#options;
      const orphans =
        hashes.length === 0
          ? []
          : await inTransaction(undefined, (connection) => hashes.filter((hash) => !blobRow(connection, hash)));
      await this.#removeFiles(orphans);
    }
  }

  // Inside a transaction, so that no other can take a reference between the look and the removal.
  async #removeFiles(hashes: readonly string[]): Promise<void> {
    const { files, staged, inTransaction } = this.#options;
    for (let i = 0; i < hashes.length && !this.#stopped; i += FILE_SLICE) {
      await inTransaction(undefined, (connection) => {
        for (const hash of hashes.slice(i, i + FILE_SLICE)) {
          const row = blobRow(connection, hash);
          if ((!row || row.inRow) && !staged.has(hash)) files.remove(hash);
        }
      });
    }
  }
}
