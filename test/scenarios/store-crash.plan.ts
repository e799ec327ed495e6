import { collection, type EventInput, type StoreSchema } from '../../src/kernel/index.ts';

export interface Half {
  readonly id: string;
  readonly side: string;
  readonly lane: number;
  readonly position?: number;
  readonly hash?: string;
  readonly filler: string;
}

/** Each transaction writes a left half, an event and a right half: any of them alone is a torn transaction. */
export const pairs = collection<Half>({
  name: 'crash.pairs',
  key: ['id', 'side'],
  integers: ['lane'],
  indexes: [{ name: 'by-lane', fields: ['lane'] }],
});

export const crashSchema: StoreSchema = {
  collections: [pairs as never],
  topics: [
    { name: 'crash.work', lanes: 2, retention: { ageMs: 1e12, bytes: 1e12 } },
    { name: 'crash.open', lanes: 'open' },
  ],
};

/** Each event is also in an open lane, where only this many before the last are kept. */
export const OPEN_KEPT = 7;

/** The open lane that goes with a lane of `crash.work`. */
export const openLane = (lane: number): number => 1 + lane * 100_000;

export function workEvent(id: string): EventInput {
  return {
    id,
    type: 'Worked',
    source: 'crash',
    subject: id,
    account: '000000000000',
    region: 'eu-west-1',
    time: 1,
    body: { id },
  };
}
