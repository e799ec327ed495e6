import fs from 'node:fs';
import { bug, type Failure, platformFailure } from '../kernel/index.ts';
import { type Connection, isDiskFailure, translate } from './connection.ts';
import type { Lane } from './lanes.ts';
import type { Scope } from './table.ts';

/** One transaction on its way. run does the caller's work; the committer says when it begins to write. */
export interface Job {
  run(): Promise<void>;
  /** Puts back what the transaction changed in memory. */
  undo(): void;
  /** Ends the use of its handle. */
  end(): void;
  /** True once it has written. */
  wrote: boolean;
  /** What must be durable before it settles. */
  readonly awaits: 'reads' | 'writes';
  readonly touched: Set<Scope>;
  readonly lanes: Set<Lane>;
  settle(error?: unknown): void;
}

interface Waiter {
  readonly need: number;
  settle(error?: unknown): void;
}

export interface CommitterOptions {
  readonly connection: Connection;
  /** An open descriptor of the write-ahead log. */
  readonly wal: number;
  /** The last commit in the database, synced. */
  readonly last: number;
  /** Called after each sync, and before anyone is told, with the commit it covers. */
  readonly synced: (commit: number) => void;
  /** Called once when a sync failed: nobody can know what is durable. */
  readonly fatal: (error: unknown) => void;
  readonly full: (error: unknown) => void;
}

const MOST_WAITING = 65_536;
/** About 4 ms of work; then the loop turns. */
const GROUP = 256;
/** A transaction that awaits anything else than tx would hold up all others. */
const LONGEST_MS = 5_000;

/**
 * Group commit: transactions run one after another, each under a savepoint; all that end in one turn share one COMMIT and one fdatasync of
 * the log. A promise settles only after a sync that began after its commit. What comes while a sync is under way could not be synced before
 * the next one: it runs after it, as one group, for a group costs about 200 µs, as much as six small transactions in it.
 * Measured by bench/store.ts: about 15 µs of CPU for a transaction of two writes.
 */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #connection: Connection;
  #queue: Job[] = [];
  #running = false;
  #closed: Failure | undefined;
  #failed = false;
  #begun = false;
  #committed: number;
  #synced: number;
  #syncing = false;
  /** Somebody in the queue awaits no sync of its own. */
  #pressing = false;
  #waiters: Waiter[] = [];
  #reveal: { commit: number; lane: Lane; next: number; first: number }[] = [];
  #pauses = 0;
  #idle: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #giveUp: (error: unknown) => void = () => {};

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.#committed = options.last;
    this.#synced = options.last;
  }

  get commits(): number {
    return this.#committed;
  }

  /** The last commit that is synced. */
  get synced(): number {
    return this.#synced;
  }

  submit(job: Job): void {
    const full = this.#queue.length >= MOST_WAITING;
    const refusal =
      this.#closed ?? (full ? platformFailure('DeadlineExceeded', `${MOST_WAITING} transactions are waiting`) : undefined);
    if (refusal) job.settle(refusal);
    else {
      this.#queue.push(job);
      if (job.awaits === 'reads') this.#pressing = true;
      this.#start();
    }
  }

  /** Called by a job before its first write. */
  beginWrite(job: Job): void {
    if (!this.#begun) this.#connection.run('begin immediate');
    this.#begun = true;
    this.#connection.run('savepoint job');
    job.wrote = true;
  }

  /** Undefined when all that touched scope is synced; else a promise for when it is. */
  covered = (scope: Scope): Promise<void> | undefined => {
    if (scope.touched <= this.#synced) return undefined;
    if (this.#failed) return Promise.reject(this.#closed);
    return this.#until(scope.touched);
  };

  /** Lets no group begin until the returned function is called; resolves when none is running. */
  async pause(): Promise<() => void> {
    this.#pauses++;
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
    return () => {
      this.#pauses--;
      if (this.#queue.length > 0) this.#start();
    };
  }

  /** Refuses what comes from now on, and resolves when all that was accepted is synced. */
  async close(): Promise<void> {
    this.#closed ??= platformFailure('StoreClosed');
    if (this.#running || this.#queue.length > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    if (this.#committed > this.#synced && !this.#failed) await this.#until(this.#committed).catch(() => {});
  }

  #until(need: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ need, settle: (error) => (error === undefined ? resolve() : reject(error)) });
    });
  }

  #start(): void {
    if (this.#running || this.#pauses > 0 || !this.#due()) return;
    this.#running = true;
    setImmediate(() => void this.#drain());
  }

  #due(): boolean {
    const { length } = this.#queue;
    return length > 0 && (!this.#syncing || this.#pressing || length >= GROUP);
  }

  async #drain(): Promise<void> {
    while (this.#due() && (this.#pauses === 0 || this.#closed)) {
      const group = this.#queue.splice(0, GROUP);
      this.#pressing = this.#queue.some(({ awaits }) => awaits === 'reads');
      await this.#runGroup(group);
      if (this.#due()) await new Promise(setImmediate);
    }
    this.#running = false;
    this.#rest();
  }

  #rest(): void {
    for (const idle of this.#idle.splice(0)) idle();
  }

  async #runGroup(group: readonly Job[]): Promise<void> {
    const done: { job: Job; error: unknown }[] = [];
    const before = this.#committed;
    let lost: unknown;
    this.#watch();
    for (const [i, job] of group.entries()) {
      const error = await this.#runJob(job);
      done.push({ job, error });
      if (this.#begun && !this.#connection.db.isTransaction) {
        // SQLite ended the outer transaction: what ran before in this group is gone with it, what has not run yet runs in the next.
        lost = error ?? bug('the outer transaction ended');
        this.#queue.unshift(...group.slice(i + 1));
        break;
      }
    }
    if (this.#begun) lost ??= this.#commit(done);
    this.#begun = false;
    if (lost !== undefined) this.#abandon(done, lost);
    this.#settleSynced(done, before);
  }

  /** Runs one job to its end; resolves to what it failed with, its writes undone. */
  async #runJob(job: Job): Promise<unknown> {
    let failed: unknown;
    try {
      await this.#limited(job);
      if (job.wrote) this.#connection.run('release job');
    } catch (error) {
      failed = translate(error, 'transaction') ?? bug('a transaction threw undefined');
      if (isDiskFailure(error)) this.#options.full(error);
      job.undo();
      this.#rollbackJob(job);
    }
    job.end();
    return failed;
  }

  #limited(job: Job): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      job.run().then(resolve, reject);
    });
  }

  // One timer for all: armed anew for each group, and it gives up the job that runs when it fires.
  #watch(): void {
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#giveUp(bug('a transaction waited for something else than tx')), LONGEST_MS).unref();
  }

  #rollbackJob(job: Job): void {
    if (!job.wrote || !this.#connection.db.isTransaction) return;
    try {
      this.#connection.run('rollback to job');
      this.#connection.run('release job');
    } catch {
      this.#connection.db.exec('rollback'); // Then isTransaction is false and the whole group is abandoned.
    }
  }

  /** Commits the group; resolves to what it failed with. */
  #commit(done: readonly { job: Job; error: unknown }[]): unknown {
    const written = done.filter(({ job, error }) => job.wrote && error === undefined);
    try {
      if (written.length === 0) {
        this.#connection.run('rollback');
        return undefined;
      }
      const number = this.#committed + 1;
      this.#connection.run("update meta set value=? where name='commit'", number);
      this.#connection.run('commit');
      this.#committed = number;
      this.#mark(written, number);
      this.#sync();
      return undefined;
    } catch (error) {
      if (this.#connection.db.isTransaction) this.#connection.db.exec('rollback');
      if (isDiskFailure(error)) this.#options.full(error);
      return translate(error, 'commit');
    }
  }

  #mark(written: readonly { job: Job }[], commit: number): void {
    const lanes = new Set<Lane>();
    for (const { job } of written) {
      for (const scope of job.touched) scope.touched = commit;
      for (const lane of job.lanes) lanes.add(lane);
    }
    for (const lane of lanes) this.#reveal.push({ commit, lane, next: lane.next, first: lane.first });
  }

  #abandon(done: { job: Job; error: unknown }[], error: unknown): void {
    for (const entry of done.toReversed()) {
      if (entry.error === undefined) entry.job.undo();
      entry.error ??= error;
    }
  }

  // Failures wait too: "already exists" may rest on what is not synced yet. Who awaits reads only may have read what others of its group wrote.
  #settleSynced(done: readonly { job: Job; error: unknown }[], before: number): void {
    const writers = done.filter(({ job }) => job.wrote).length;
    for (const { job, error } of done) {
      const alone = writers === (job.wrote ? 1 : 0);
      const need = job.awaits === 'reads' && alone ? before : this.#committed;
      if (need <= this.#synced) job.settle(error);
      else this.#waiters.push({ need, settle: (failure) => job.settle(failure ?? error) });
    }
  }

  #sync(): void {
    if (this.#syncing || this.#committed === this.#synced) return;
    this.#syncing = true;
    const upto = this.#committed;
    fs.fdatasync(this.#options.wal, (error) => {
      this.#syncing = false;
      if (error) this.#fail(error);
      else this.#settled(upto);
    });
  }

  #settled(upto: number): void {
    this.#synced = upto;
    this.#options.synced(upto);
    this.#sync();
    this.#release(upto);
    // The loop turns first: who was told just now may come back at once.
    if (this.#queue.length > 0) setImmediate(() => this.#start());
  }

  #release(upto: number): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if (waiter.need <= upto) waiter.settle();
      else this.#waiters.push(waiter);
    }
    const reveal = this.#reveal;
    this.#reveal = [];
    for (const entry of reveal) {
      if (entry.commit <= upto) entry.lane.reveal(entry.next, entry.first);
      else this.#reveal.push(entry);
    }
  }

  #fail(error: Error): void {
    this.#failed = true;
    this.#closed = platformFailure('StoreClosed', `a sync of the log failed: ${error.message}`, { cause: error });
    for (const waiter of this.#waiters.splice(0)) waiter.settle(this.#closed);
    for (const job of this.#queue.splice(0)) job.settle(this.#closed);
    if (!this.#running) this.#rest();
    this.#options.fatal(error);
  }
}
