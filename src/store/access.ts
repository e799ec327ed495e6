import type { Collection, CountRange, Key, Page, Position, Range, Reader, StoredEvent } from '../kernel/index.ts';
import type { Collections } from './collections.ts';
import { type Connection, translate } from './connection.ts';
import { readCursor } from './cursors.ts';
import { countRange, readRange } from './ranges.ts';
import type { Scope } from './table.ts';
import type { Topics } from './topics.ts';

/** What reading needs; shared by all readers of one store. */
export interface Catalog {
  readonly collections: Collections;
  readonly topics: Topics;
  readonly cursors: Scope;
}

/** Reads on one connection, at once; translates what SQLite throws. */
export class Access {
  readonly catalog: Catalog;
  readonly connection: Connection;

  constructor(catalog: Catalog, connection: Connection) {
    this.catalog = catalog;
    this.connection = connection;
  }

  get<D>(from: Collection<D>, key: Key): D | undefined {
    return this.#try(from.name, () => this.catalog.collections.table(from).get(this.connection, key) as D | undefined);
  }

  getCommitted<D>(from: Collection<D>, key: Key): D | undefined {
    return this.#try(from.name, () => this.catalog.collections.table(from).getCommitted(this.connection, key) as D | undefined);
  }

  range<D>(from: Collection<D>, range: Range): Page<D> {
    const { collections } = this.catalog;
    return this.#try(
      from.name,
      () => readRange(this.connection, collections.table(from), collections.order(from, range), range) as Page<D>,
    );
  }

  count<D>(from: Collection<D>, prefix: Key, within: CountRange = {}): number {
    const { collections } = this.catalog;
    const range = { ...within, prefix, limit: 1 };
    return this.#try(from.name, () =>
      countRange(this.connection, collections.table(from), collections.order(from, range), range),
    );
  }

  events(topic: string, lane: number, from: Position, limit: number): StoredEvent[] {
    const found = this.catalog.topics.lane(topic, lane);
    return this.#try(`topic ${topic}`, () => found.read(this.connection, from, found.next, limit));
  }

  cursor(subscriber: string, topic: string, lane: number): Position | undefined {
    return this.#try('cursors', () => readCursor(this.connection, subscriber, topic, lane));
  }

  #try<T>(where: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw translate(error, where);
    }
  }
}

/** Reads outside transactions: committed data only, and each answer waits for the sync that covers what it was read from. */
export class SyncedReader implements Reader {
  readonly #access: Access;
  readonly #covered: (scope: Scope) => Promise<void> | undefined;

  constructor(access: Access, covered: (scope: Scope) => Promise<void> | undefined) {
    this.#access = access;
    this.#covered = covered;
  }

  get<D>(from: Collection<D>, key: Key): Promise<D | undefined> {
    return this.#answer(
      () => this.#access.catalog.collections.table(from),
      () => this.#access.getCommitted(from, key),
    );
  }

  range<D>(from: Collection<D>, range: Range): Promise<Page<D>> {
    return this.#answer(
      () => this.#access.catalog.collections.table(from),
      () => this.#access.range(from, range),
    );
  }

  count<D>(from: Collection<D>, prefix: Key, within?: CountRange): Promise<number> {
    return this.#answer(
      () => this.#access.catalog.collections.table(from),
      () => this.#access.count(from, prefix, within),
    );
  }

  events(topic: string, lane: number, from: Position, limit: number): Promise<StoredEvent[]> {
    const { topics } = this.#access.catalog;
    return this.#answer(
      () => topics.lane(topic, lane),
      () => this.#access.events(topic, lane, from, limit),
    );
  }

  async bounds(topic: string, lane: number): Promise<{ first: Position; next: Position }> {
    const found = this.#access.catalog.topics.lane(topic, lane);
    return { first: Math.min(found.oldest, found.synced), next: found.synced };
  }

  cursor(subscriber: string, topic: string, lane: number): Promise<Position | undefined> {
    return this.#answer(
      () => this.#access.catalog.cursors,
      () => this.#access.cursor(subscriber, topic, lane),
    );
  }

  // Read first, then look: the row and the mark that it is unsynced appear in the same step.
  async #answer<T>(scope: () => Scope, read: () => T): Promise<T> {
    const value = read();
    const wait = this.#covered(scope());
    if (wait) await wait;
    return value;
  }
}
