import { collection, type StoreSchema } from '../../kernel/index.ts';
import { busTopic, eventBuses, eventRules, eventTargets, timers } from '../../model/index.ts';
import { archivedEvents, archives } from './archives.ts';

/** A replay of an archive; names are unique in an account and region. Kept for 90 days after its end. */
export interface Replay {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** ARN of the archive. */
  readonly archive: string;
  /** ARN of the bus, and of the rules it is for; absent: all. */
  readonly bus: string;
  readonly rules?: readonly string[];
  readonly description?: string;
  /** Events that came from start to end, which is exclusive; epoch ms. */
  readonly start: number;
  readonly end: number;
  readonly state: 'STARTING' | 'RUNNING' | 'CANCELLING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  readonly reason?: string;
  readonly began: number;
  readonly ended?: number;
  /** The event that was replayed last. */
  readonly at?: { readonly time: number; readonly seq: number };
  /** Whether it goes on; in the index only while it does. */
  readonly active?: string;
}

export const replays = collection<Replay>({
  name: 'events.replays',
  key: ['account', 'region', 'name'],
  indexes: [{ name: 'active', fields: ['active'] }],
});

export const schema: StoreSchema = {
  collections: [eventBuses, eventRules, eventTargets, timers, archives, archivedEvents, replays] as never,
  topics: [busTopic],
};
