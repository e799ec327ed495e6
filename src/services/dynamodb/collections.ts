import { collection, type StoreSchema } from '../../kernel/index.ts';
import { changeTopic, type StreamViewType, type Tag, tableStreams } from '../../model/index.ts';
import type { KeyElement } from './values/keys.ts';

/** Of a table or an index: the partition key, then the sort key if there is one. */
export interface KeySchema {
  readonly keys: readonly KeyElement[];
}

export interface Throughput {
  readonly read: number;
  readonly write: number;
}

export interface TableIndex extends KeySchema {
  readonly name: string;
  /** First part of the keys of its entries; an index made again has another. */
  readonly id: string;
  readonly kind: 'local' | 'global';
  readonly projection: { readonly type: 'ALL' | 'KEYS_ONLY' | 'INCLUDE'; readonly names?: readonly string[] };
  /** Global ones of a provisioned table. */
  readonly throughput?: Throughput;
  /** While the items that were there before are being taken in. */
  readonly filling?: boolean;
}

/** The stream that a table has now, or had last. */
export interface LatestStream {
  readonly label: string;
  readonly lane: number;
  readonly viewType: StreamViewType;
  readonly enabled: boolean;
}

export interface TimeToLive {
  readonly attribute: string;
  readonly enabled: boolean;
  /** Epoch ms of the last change. */
  readonly changed: number;
  /** While the items that were there before are being taken in. */
  readonly filling?: boolean;
}

/** A table; what every call needs of it stands here, its tags do not. */
export interface Table extends KeySchema {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** First part of the keys of its items; a table made again has another. */
  readonly id: string;
  readonly uuid: string;
  /** Epoch ms. */
  readonly created: number;
  readonly indexes: readonly TableIndex[];
  readonly billing: { readonly mode: 'PROVISIONED' | 'PAY_PER_REQUEST'; readonly switched?: number };
  readonly throughput: Throughput;
  /** Epoch ms of the last change of throughput. */
  readonly increased?: number;
  readonly decreased?: number;
  readonly decreases?: number;
  readonly tableClass?: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  readonly protected: boolean;
  readonly stream?: LatestStream;
  readonly ttl?: TimeToLive;
}

export const tables = collection<Table>({
  name: 'dynamodb.tables',
  key: ['account', 'region', 'name'],
  indexes: [{ name: 'by-id', fields: ['id'] }],
});

export interface TableTags {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly tags: readonly Tag[];
}

export const tableTags = collection<TableTags>({ name: 'dynamodb.tags', key: ['account', 'region', 'name'] });

/** An item (stored-item.ts), in key order within its table (item-keys.ts says what pk and sk are). */
export interface StoredItem {
  readonly table: string;
  readonly pk: string;
  readonly sk: string;
  /** In bytes, as DynamoDB counts. */
  readonly size: number;
  readonly item: Uint8Array;
}

export const items = collection<StoredItem>({ name: 'dynamodb.items', key: ['table', 'pk', 'sk'], bytes: 'item' });

/** What an index holds of an item: its own key, then the table's. */
export interface IndexEntry {
  readonly index: string;
  readonly pk: string;
  readonly sk: string;
  readonly tablePk: string;
  readonly tableSk: string;
  readonly size: number;
  readonly item: Uint8Array;
}

export const entries = collection<IndexEntry>({
  name: 'dynamodb.entries',
  key: ['index', 'pk', 'sk', 'tablePk', 'tableSk'],
  bytes: 'item',
});

/** How large the items of one partition key are with their entries in local indexes; only of tables that have those. */
export interface ItemCollection {
  readonly table: string;
  readonly pk: string;
  readonly bytes: number;
}

export const itemCollections = collection<ItemCollection>({ name: 'dynamodb.item-collections', key: ['table', 'pk'] });

/** When an item of a table with time to live is due; over all tables, soonest first. */
export interface Expiry {
  /** Epoch seconds. */
  readonly at: number;
  readonly table: string;
  readonly pk: string;
  readonly sk: string;
}

export const expiries = collection<Expiry>({
  name: 'dynamodb.expiries',
  key: ['at', 'table', 'pk', 'sk'],
  integers: ['at'],
});

/**
 * Work that goes on behind, in slices: `items` of a deleted table, `entries` of a deleted index, and `fill` of an index or of time to
 * live with what was there before. after says how far it is.
 */
export interface Chore {
  readonly id: string;
  readonly kind: 'items' | 'entries' | 'fill';
  /** Of the table; of an index for `entries`. */
  readonly of: string;
  /** Attribute whose values are expiries of these items. */
  readonly attribute?: string;
  /** `fill`: the index; undefined for time to live. */
  readonly index?: string;
  readonly after?: readonly [pk: string, sk: string];
}

export const chores = collection<Chore>({ name: 'dynamodb.chores', key: ['id'] });

/** Lanes of the change topic: one that is free now, or under `next` the first that nobody has had. */
export interface FreeLane {
  readonly id: string;
  readonly lane: number;
}

export const freeLanes = collection<FreeLane>({ name: 'dynamodb.lanes', key: ['id'] });

/** A transaction that was done under a client's token, for ten minutes. */
export interface DoneTransaction {
  readonly account: string;
  readonly region: string;
  readonly token: string;
  /** SHA-256 of what was asked. */
  readonly hash: string;
  /** Epoch ms. */
  readonly time: number;
  readonly units: Readonly<Record<string, number>>;
}

export const doneTransactions = collection<DoneTransaction>({
  name: 'dynamodb.transactions',
  key: ['account', 'region', 'token'],
  integers: ['time'],
  indexes: [{ name: 'by-time', fields: ['time'] }],
});

export const schema: StoreSchema = {
  collections: [
    tables,
    tableTags,
    items,
    entries,
    itemCollections,
    expiries,
    chores,
    freeLanes,
    doneTransactions,
    tableStreams,
  ] as unknown as StoreSchema['collections'],
  topics: [changeTopic],
};
