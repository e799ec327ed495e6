import { createHash } from 'node:crypto';
import {
  bug,
  type Collection,
  type CountRange,
  type EventInput,
  type Key,
  type Page,
  type Position,
  platformFailure,
  type Range,
  type StagedBlob,
  type StoredEvent,
  type Transaction,
} from '../kernel/index.ts';
import type { Access } from './access.ts';
import type { BlobFiles, Staged } from './blob-files.ts';
import { dropBlob, insertBlob, linkBlob } from './blob-rows.ts';
import type { Committer, Job } from './committer.ts';
import { isDiskFailure, translate } from './connection.ts';
import { deleteCursors, writeCursor } from './cursors.ts';
import { encodeEvent, type Lane } from './lanes.ts';
import { trimSlice } from './retention.ts';
import type { Scope } from './table.ts';

/** What a transaction works with; one for the whole store. */
export interface Workings {
  readonly access: Access;
  readonly committer: Committer;
  readonly files: BlobFiles;
  readonly now: () => number;
  /** Undefined while there is room; else the StoreFull failure that refuses what needs more. */
  readonly refusal: () => unknown;
}

/**
 * The handle and the job of one transaction. All its methods finish at once; they are async only because other drivers are not so quick.
 * When the disk is full what needs room is refused, while deletes and cursors still work: they live on the reserve.
 */
export class SqliteTransaction<T> implements Transaction, Job {
  readonly touched = new Set<Scope>();
  readonly lanes = new Set<Lane>();
  wrote = false;
  #ended = false;
  #value: T | undefined;
  #undo: { lane: Lane; next: Position; first: Position; total: number }[] = [];
  readonly #workings: Workings;
  readonly awaits: 'reads' | 'writes';
  readonly #work: (tx: SqliteTransaction<T>) => Promise<T>;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    workings: Workings,
    { work, awaits }: { readonly work: (tx: SqliteTransaction<T>) => Promise<T>; readonly awaits: 'reads' | 'writes' },
    promise: { resolve: (value: T) => void; reject: (error: unknown) => void },
  ) {
    this.#workings = workings;
    this.#work = work;
    this.awaits = awaits;
    this.#resolve = promise.resolve;
    this.#reject = promise.reject;
  }

  async run(): Promise<void> {
    this.#value = await this.#work(this);
  }

  undo(): void {
    for (const { lane, next, first, total } of this.#undo.toReversed()) {
      lane.next = next;
      lane.first = first;
      lane.total = total;
    }
    this.#undo = [];
  }

  end(): void {
    this.#ended = true;
  }

  settle(error?: unknown): void {
    if (error === undefined) this.#resolve(this.#value as T);
    else this.#reject(error);
  }

  async get<D>(from: Collection<D>, key: Key): Promise<D | undefined> {
    return this.#reading().get(from, key);
  }

  async range<D>(from: Collection<D>, range: Range): Promise<Page<D>> {
    return this.#reading().range(from, range);
  }

  async count<D>(from: Collection<D>, prefix: Key, within?: CountRange): Promise<number> {
    return this.#reading().count(from, prefix, within);
  }

  async events(topic: string, lane: number, from: Position, limit: number): Promise<StoredEvent[]> {
    return this.#reading().events(topic, lane, from, limit);
  }

  async bounds(topic: string, lane: number): Promise<{ first: Position; next: Position }> {
    const { first, next } = this.#reading().catalog.topics.lane(topic, lane);
    return { first, next };
  }

  async cursor(subscriber: string, topic: string, lane: number): Promise<Position | undefined> {
    return this.#reading().cursor(subscriber, topic, lane);
  }

  async put<D>(into: Collection<D>, document: D): Promise<void> {
    const table = this.#workings.access.catalog.collections.table(into);
    this.#write(table, true, () => table.put(this.#connection, document as Record<string, unknown>));
  }

  async delete<D>(from: Collection<D>, key: Key): Promise<boolean> {
    const table = this.#workings.access.catalog.collections.table(from);
    return this.#write(table, false, () => table.delete(this.#connection, key));
  }

  async append(topic: string, lane: number, event: EventInput): Promise<Position> {
    const found = this.#workings.access.catalog.topics.lane(topic, lane);
    return this.#write(found, true, () => {
      this.#remember(found);
      return this.#append(found, event);
    });
  }

  async trim(topic: string, lane: number, before: Position): Promise<boolean> {
    const found = this.#workings.access.catalog.topics.openLane(topic, lane);
    if (found.first >= Math.min(before, found.next)) return false;
    return this.#write(found, false, () => {
      this.#remember(found);
      found.first = trimSlice(this.#connection, found, before, this.#workings.now()) ?? found.first;
      return found.first < Math.min(before, found.next);
    });
  }

  async advance(subscriber: string, topic: string, lane: number, next: Position, reset = false): Promise<void> {
    const { catalog } = this.#workings.access;
    catalog.topics.lane(topic, lane);
    this.#write(catalog.cursors, false, () => writeCursor(this.#connection, { subscriber, topic, lane }, next, reset));
  }

  async forget(subscriber: string): Promise<void> {
    this.#write(this.#workings.access.catalog.cursors, false, () => deleteCursors(this.#connection, subscriber));
  }

  async addBlob(blob: StagedBlob): Promise<void> {
    this.#write(undefined, true, () => {
      if (linkBlob(this.#connection, blob.hash)) return;
      const { content } = blob as Staged;
      if (!content && !this.#workings.files.exists(blob.hash)) throw platformFailure('BlobMissing', blob.hash);
      insertBlob(this.#connection, blob.hash, blob.size, content ?? null);
    });
  }

  async linkBlob(hash: string): Promise<void> {
    this.#write(undefined, true, () => {
      if (!linkBlob(this.#connection, hash)) throw platformFailure('BlobMissing', hash);
    });
  }

  async dropBlob(hash: string): Promise<void> {
    this.#write(undefined, false, () => dropBlob(this.#connection, hash, this.#workings.now()));
  }

  /** For the store's own housekeeping: work on the connection inside this transaction. */
  sweep<R>(scope: Scope | undefined, work: (connection: Access['connection']) => R): R {
    return this.#write(scope, false, () => work(this.#connection));
  }

  get #connection() {
    return this.#workings.access.connection;
  }

  #remember(lane: Lane): void {
    if (this.lanes.has(lane)) return;
    this.lanes.add(lane);
    this.#undo.push({ lane, next: lane.next, first: lane.first, total: lane.total });
  }

  // A large body goes into a row whatever its size: inside a transaction there is no time for a file.
  #append(lane: Lane, event: EventInput): Position {
    const { text, body } = encodeEvent(event);
    if (body === undefined) return lane.append(this.#connection, text, null, this.#workings.now(), text.length);
    const content = Buffer.from(body);
    const hash = createHash('sha256').update(content).digest('hex');
    if (!linkBlob(this.#connection, hash)) insertBlob(this.#connection, hash, content.byteLength, content);
    return lane.append(this.#connection, text, hash, this.#workings.now(), text.length + content.byteLength);
  }

  #reading(): Access {
    if (this.#ended) throw bug('a transaction was used after its end');
    return this.#workings.access;
  }

  #write<R>(scope: Scope | undefined, needsRoom: boolean, work: () => R): R {
    if (this.#ended) throw bug('a transaction was used after its end');
    if (needsRoom) {
      const refusal = this.#workings.refusal();
      if (refusal) throw refusal;
    }
    try {
      if (!this.wrote) this.#workings.committer.beginWrite(this);
      if (scope) this.touched.add(scope);
      return work();
    } catch (error) {
      throw isDiskFailure(error) ? error : translate(error, 'transaction');
    }
  }
}
