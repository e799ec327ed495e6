/**
 * The contract of the store (DESIGN §3). Collections hold documents in key order, topics hold events in lanes, blobs hold content by hash.
 * One transaction covers all three; when its promise resolves, everything in it is durable.
 */

/** One part of a key. Text compares by UTF-8 bytes, numbers (integers within ±2^53) by value. */
export type KeyPart = string | number;
export type Key = readonly KeyPart[];

export interface Index<D> {
  readonly name: string;
  /** Fields of the document, each text or integer; documents lacking one of them are not in the index. */
  readonly fields: readonly (keyof D & string)[];
}

/** A declared collection. Key and index fields are real columns and live in the document under the same names. */
export interface Collection<D> {
  /** Lower-case words with dots or dashes, e.g. `lambda.functions`; never changes once released. */
  readonly name: string;
  readonly key: readonly (keyof D & string)[];
  /** Which key or index fields are integers; all others are text. */
  readonly integers?: readonly (keyof D & string)[];
  readonly indexes?: readonly Index<D>[];
  /** Name of a field that holds bytes (Uint8Array), stored beside the JSON. At most one. */
  readonly bytes?: keyof D & string;
}

export function collection<D extends object>(spec: Collection<D>): Collection<D> {
  return spec;
}

/** A range in key order (or in index order: index fields, then key). All bounds are prefixes of the key; each part given counts. */
export interface Range {
  readonly index?: string;
  /** Only entries that begin with these parts. */
  readonly prefix?: Key;
  /** Bounds on what follows the prefix, as further key parts: from and to as usual (to is exclusive), after excludes exactly that key. */
  readonly from?: Key;
  readonly after?: Key;
  readonly to?: Key;
  readonly reverse?: boolean;
  /** 1 to 1,000; a page also ends at about 1 MB. */
  readonly limit: number;
  /** Nobody asks for another page after a full one: whether there is one is not looked up, which costs reading a row. */
  readonly last?: true;
}

/** What of an order is counted: bounds as in Range. */
export type CountRange = Pick<Range, 'index' | 'from' | 'to'>;

export interface Page<D> {
  readonly items: D[];
  /** What to give as `after` (relative to prefix) for the next page; absent on the last one. */
  readonly next?: Key;
}

export type TopicSpec = FixedTopicSpec | OpenTopicSpec;

/** A topic never changes from one kind to the other. */
export interface FixedTopicSpec {
  readonly name: string;
  /** 1 to 4,096; each may take 2^40 events. */
  readonly lanes: number;
  /** Events older than this, or beyond this many bytes a lane, go; but never what a subscriber has not passed. */
  readonly retention: { readonly ageMs: number; readonly bytes: number };
}

/**
 * Lanes 0 to 131,071, each made by its first append and able to take 2^36 events. An unused lane costs nothing. The topic's owner trims
 * them: nothing goes by itself.
 */
export interface OpenTopicSpec {
  readonly name: string;
  readonly lanes: 'open';
}

/** Lanes of an open topic. */
export const OPEN_LANES: number = 2 ** 17;

/** Gapless within a lane, from 1. */
export type Position = number;

export interface EventInput {
  /** Unique; the store keeps it as given. */
  readonly id: string;
  /** A fact in the past tense or AWS's own name, e.g. `ObjectCreated:Put`. */
  readonly type: string;
  /** The service or system it came from, e.g. `s3`. */
  readonly source: string;
  /** What it is about, usually an ARN or a name. */
  readonly subject: string;
  readonly account: string;
  readonly region: string;
  /** Epoch ms. */
  readonly time: number;
  /** The id of the invocation that caused it, if one did. */
  readonly cause?: string;
  /** JSON; above 256 KB the store keeps it as a blob and gives it back just the same. */
  readonly body: unknown;
}

export interface StoredEvent extends EventInput {
  readonly topic: string;
  readonly lane: number;
  readonly position: Position;
}

/** Reads see all that is committed; a promise resolves only when what it depends on is durable. At most 1,000 rows or 1 MB a call. */
export interface Reader {
  get<D>(from: Collection<D>, key: Key): Promise<D | undefined>;
  range<D>(from: Collection<D>, range: Range): Promise<Page<D>>;
  /** How many documents begin with prefix, in key order or within a range of an index; counts at most 100,000. */
  count<D>(from: Collection<D>, prefix: Key, within?: CountRange): Promise<number>;
  events(topic: string, lane: number, from: Position, limit: number): Promise<StoredEvent[]>;
  /** first is the oldest kept position, next the one that the next append gets. */
  bounds(topic: string, lane: number): Promise<{ first: Position; next: Position }>;
  /** The first position that this subscriber has not passed; undefined if it never advanced. */
  cursor(subscriber: string, topic: string, lane: number): Promise<Position | undefined>;
}

/** Inside a transaction: reads see its own writes. Writes resolve at once; durability is the transaction's. */
export interface Transaction extends Reader {
  put<D>(into: Collection<D>, document: D): Promise<void>;
  /** Resolves false when there was none. */
  delete<D>(from: Collection<D>, key: Key): Promise<boolean>;
  append(topic: string, lane: number, event: EventInput): Promise<Position>;
  /**
   * Removes events below before from a lane of an open topic, whether or not subscribers have passed them: the oldest 500 at most.
   * Resolves true when more are left below before. Positions of the lane go on, also when it is empty.
   */
  trim(topic: string, lane: number, before: Position): Promise<boolean>;
  /** Says that subscriber has passed all below next. Never goes back unless reset is true (a replay). */
  advance(subscriber: string, topic: string, lane: number, next: Position, reset?: boolean): Promise<void>;
  /** Removes a subscriber's cursors, so that it holds back retention no longer. */
  forget(subscriber: string): Promise<void>;
  /** Adds one reference; the content becomes durable with this transaction. */
  addBlob(blob: StagedBlob): Promise<void>;
  /** Adds one reference to a content that is already stored; rejects with BlobMissing if it is not. */
  linkBlob(hash: string): Promise<void>;
  /** Takes one reference away; content without any goes ten minutes later. */
  dropBlob(hash: string): Promise<void>;
}

/** Content that was received and hashed, and not yet referenced. Unreferenced content goes by itself. */
export interface StagedBlob {
  /** SHA-256 in lower-case hex. */
  readonly hash: string;
  readonly size: number;
}

export interface Blobs {
  /** Receives content; above 64 KB it is written to a synced file. Rejects with StoreFull when there is no room. */
  stage(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<StagedBlob>;
  /** Content from offset start (inclusive) to end (exclusive); checks the hash when read whole. Rejects with BlobMissing. */
  read(hash: string, range?: { start: number; end: number }): Promise<AsyncIterable<Uint8Array>>;
}

export interface StoreHealth {
  readonly state: 'ok' | 'full' | 'failed';
  readonly detail?: string;
}

export interface Store {
  /**
   * Serializable. What fn wrote and appended is durable, all or nothing, when the promise resolves. No I/O inside fn but tx; it may be run
   * again, so clock and ids come in as arguments. Rejects with what fn threw (nothing of it is kept), StoreFull, or StoreClosed.
   * When `awaits` is `reads` it resolves as soon as all that fn may have read is durable, which may be before what it wrote is: for changes
   * whose loss in a crash only makes work be done again, like handing out a message.
   */
  transact<T>(fn: (tx: Transaction) => Promise<T>, awaits?: 'reads' | 'writes'): Promise<T>;
  readonly read: Reader;
  /** Batches of synced events from a position on, in order, for ever; ends when signal aborts. Goes on from the first kept where events are gone. */
  follow(topic: string, lane: number, from: Position, signal: AbortSignal): AsyncIterable<StoredEvent[]>;
  readonly blobs: Blobs;
  health(): StoreHealth;
}

/** What a room needs to exist in the store; compose gathers them from all rooms before the store opens. */
export interface StoreSchema {
  readonly collections: readonly Collection<never>[];
  readonly topics: readonly TopicSpec[];
}
