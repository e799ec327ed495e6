import { Worker } from 'node:worker_threads';
import type { Logger } from '../kernel/index.ts';
import type { Committer } from './committer.ts';
import type { Connection } from './connection.ts';

/** Frames (of 4 KB) in the log from which a checkpoint is worth while. */
const WORTH = 1_000;
/** Frames from which the log is begun anew, for which writers wait some milliseconds. */
const RESTART = 8_000;
/** Looking costs some µs: once in so many commits. */
const LOOK_EVERY = 16;
const PASSES = 4;

interface Progress {
  readonly log: number;
  readonly checkpointed: number;
}

export interface CheckpointerOptions {
  readonly file: string;
  readonly reader: Connection;
  readonly committer: Committer;
  readonly logger: Logger;
}

/**
 * Keeps the log bounded. A worker copies it into the database while commits go on; once it is long, commits pause for the last bit, so that
 * SQLite begins it anew (it never does while anything is left to copy, and under steady load there always is).
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  #worker: Worker | undefined;
  #running: Promise<void> | undefined;
  #commits = 0;
  #stopped = false;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
  }

  /** Called after each sync. */
  look(): void {
    if (this.#running || this.#stopped || ++this.#commits % LOOK_EVERY !== 0) return;
    const [, log, checkpointed] = this.#options.reader.row('pragma wal_checkpoint(noop)') as [number, number, number];
    if (log - checkpointed < WORTH && log < RESTART) return;
    this.#running = this.#run()
      .catch((error) => this.#options.logger.warn('a checkpoint failed; the log grows until one succeeds', { error }))
      .finally(() => {
        this.#running = undefined;
      });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    const worker = this.#worker;
    if (!worker) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage('close');
    await exited;
  }

  async #run(): Promise<void> {
    let progress = await this.#checkpoint();
    if (progress.log < RESTART) return;
    for (let pass = 1; pass < PASSES && progress.log - progress.checkpointed > WORTH; pass++) progress = await this.#checkpoint();
    const resume = await this.#options.committer.pause();
    try {
      await this.#checkpoint();
    } finally {
      resume();
    }
  }

  #checkpoint(): Promise<Progress> {
    const worker = this.#start();
    return new Promise((resolve, reject) => {
      const done = (message: Progress | { error: string; code: number }) => {
        worker.off('error', failed);
        worker.unref();
        if ('error' in message) reject(message.error);
        else resolve(message);
      };
      const failed = (error: unknown) => {
        worker.off('message', done);
        this.#worker = undefined;
        reject(error);
      };
      worker.ref();
      worker.once('message', done);
      worker.once('error', failed);
      worker.postMessage('checkpoint');
    });
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const file = import.meta.url.endsWith('.ts') ? './checkpoint-worker.ts' : './checkpoint-worker.js';
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: { file: this.#options.file } });
    return this.#worker;
  }
}
