import { type Collection, collection, type EventInput, type StoreSchema } from '../../src/kernel/index.ts';

export interface Item {
  readonly owner: string;
  readonly rank: number;
  readonly group?: string;
  readonly size?: number;
  readonly data?: unknown;
}

export interface Chunk {
  readonly stream: string;
  readonly at: number;
  readonly lines?: number;
  readonly content: Uint8Array;
}

export const items: Collection<Item> = collection<Item>({
  name: 'suite.items',
  key: ['owner', 'rank'],
  integers: ['rank', 'size'],
  indexes: [
    { name: 'by-group', fields: ['group'] },
    { name: 'by-size', fields: ['group', 'size'] },
    { name: 'by-owner-size', fields: ['owner', 'size'] },
  ],
});

export const chunks: Collection<Chunk> = collection<Chunk>({
  name: 'suite.chunks',
  key: ['stream', 'at'],
  integers: ['at'],
  bytes: 'content',
});

const forever = { ageMs: 1e12, bytes: 1e12 };
export const suiteSchema: StoreSchema = {
  collections: [items as never, chunks as never],
  topics: [
    { name: 'suite.events', lanes: 4, retention: forever },
    { name: 'suite.more', lanes: 1, retention: forever },
    { name: 'suite.open', lanes: 'open' },
  ],
};

export function event(n: number, body: unknown = { n }): EventInput {
  return {
    id: `e${n}`,
    type: 'Tested',
    source: 'suite',
    subject: `s${n}`,
    account: '000000000000',
    region: 'eu-west-1',
    time: 1000 + n,
    body,
  };
}
